// A map of activations, or several side by side, in which a click, a tap or the arrow keys choose a cell or a map.

const picks = new WeakMap()

export default function ({ data, parentElement, setTriggerValue }) {
  if (!picks.has(parentElement)) picks.set(parentElement, build(parentElement))
  const pick = picks.get(parentElement)
  Object.assign(pick, { data, tell: (row, column) => setTriggerValue("cell", { row, column }) })
  pick.canvas.setAttribute("aria-label", data.alt)
  draw(pick)
  return () => {
    pick.watch.disconnect()
    picks.delete(parentElement)
  }
}

function build(root) {
  const pick = { canvas: root.querySelector("canvas"), says: root.querySelector(".hint") }
  pick.watch = new ResizeObserver(() => draw(pick))
  pick.watch.observe(root.querySelector(".frame"))
  pick.canvas.onpointermove = (event) => say(pick, at(pick, event))
  pick.canvas.onpointerleave = () => say(pick, null)
  pick.canvas.onclick = (event) => choose(pick, at(pick, event))
  pick.canvas.onkeydown = (event) => {
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key]
    if (!step) return
    event.preventDefault()
    const [row, column] = pick.data.chosen
    choose(pick, [row + step[0], column + step[1]])
  }
  return pick
}

// Tile (row, column) under the pointer: a whole map of a mosaic, or one cell of a single map.
function at({ canvas, data }, event) {
  const { left, top, width } = canvas.getBoundingClientRect()
  const cell = width / data.values[0].length
  return [event.clientY - top, event.clientX - left].map((x, k) => Math.floor(x / cell / (data.tile[k] + data.gap)))
}

function choose(pick, tile) {
  const { data } = pick
  if (!inside(data, tile)) return
  data.chosen = tile
  draw(pick)
  pick.tell(...tile)
}

const inside = ({ tiles, count }, [row, column]) =>
  row >= 0 && column >= 0 && row < tiles[0] && column < tiles[1] && row * tiles[1] + column < count

function say({ data, says }, tile) {
  const [row, column] = tile && inside(data, tile) ? tile : data.chosen
  const single = data.tile[0] * data.tile[1] === 1
  says.textContent = single
    ? `row ${row + 1}, column ${column + 1}: ${data.values[row][column].toFixed(2)}`
    : `${data.name} ${row * data.tiles[1] + column + 1}; colours from −${data.limit.toFixed(2)} to ${data.limit.toFixed(2)}`
}

function draw(pick) {
  const { canvas, data } = pick
  const room = canvas.parentElement.clientWidth
  if (!data || !room) return
  const [rows, columns] = [data.values.length, data.values[0].length]
  const cell = Math.min(room / columns, data.height / rows)
  const scale = devicePixelRatio || 1
  canvas.style.width = `${cell * columns}px`
  canvas.width = Math.round(cell * columns * scale)
  canvas.height = Math.round(cell * rows * scale)
  const ink = canvas.getContext("2d")
  ink.imageSmoothingEnabled = false
  ink.drawImage(small(data, rows, columns), 0, 0, canvas.width, canvas.height)
  const [y, x] = data.chosen.map((place, k) => place * (data.tile[k] + data.gap) * cell * scale)
  ink.strokeStyle = data.colours.accent
  ink.lineWidth = 3 * scale
  ink.strokeRect(x, y, data.tile[1] * cell * scale, data.tile[0] * cell * scale)
  say(pick, null)
}

// One pixel a cell; what is no number is left clear.
function small({ values, limit, colours }, rows, columns) {
  const sheet = document.createElement("canvas")
  Object.assign(sheet, { width: columns, height: rows })
  const ink = sheet.getContext("2d")
  const image = ink.createImageData(columns, rows)
  const stops = colours.diverging.map(rgb)
  values.flat().forEach((value, k) => {
    if (value !== null) image.data.set([...mix(stops, (value / limit + 1) / 2), 255], 4 * k)
  })
  ink.putImageData(image, 0, 0)
  return sheet
}
