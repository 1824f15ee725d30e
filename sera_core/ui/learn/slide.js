// A window that slides over grids of numbers: convolution (kernels, bias) or pooling (max, average).
// Everything that moves is computed and drawn here; the page is told only when a kernel was edited.
// Hover or touch either grid to send the window there, click to hold it, arrow keys to walk, space to play.

const boards = new WeakMap()
const SMALLEST_TEXT = 21 // side of a cell in screen pixels below which its number is left out
const GAP = 14

export default function ({ data, parentElement, setTriggerValue }) {
  if (!boards.has(parentElement)) boards.set(parentElement, build(parentElement))
  const board = boards.get(parentElement)
  board.tell = setTriggerValue
  show(board, data)
  return () => {
    board.watch.disconnect()
    cancelAnimationFrame(board.clock)
    boards.delete(parentElement)
  }
}

function build(root) {
  const part = (name) => root.querySelector(name)
  const board = { root, canvas: part("canvas"), says: part(".says"), bar: part(".bar"), editor: part(".editor") }
  Object.assign(board, { row: 0, column: 0, filter: 0, playing: false, held: false, shown: [0, 0], frames: 0 })
  board.watch = new ResizeObserver(() => draw(board))
  board.watch.observe(board.canvas)
  part("[data-do=play]").onclick = () => play(board, !board.playing)
  part("[data-do=step]").onclick = () => walk(board, 1)
  part("[data-do=back]").onclick = () => walk(board, -1)
  part(".place").oninput = (event) => jump(board, Number(event.target.value))
  board.canvas.onpointermove = (event) => hover(board, event)
  board.canvas.onpointerleave = () => { board.spot = null; draw(board) }
  board.canvas.onclick = (event) => click(board, event)
  board.canvas.onkeydown = (event) => key(board, event)
  board.editor.oninput = (event) => edit(board, event, false)
  board.editor.onchange = (event) => edit(board, event, true)
  return board
}

function show(board, data) {
  const asked = JSON.stringify(data)
  if (board.asked === asked) return draw(board) // the page was drawn again for another reason
  board.asked = asked
  board.data = data
  board.kernels = data.kernels.map((filter) => filter.map((kernel) => kernel.map((row) => [...row])))
  board.padded = data.input.map((map) => padded(map, data.padding, data.mode === "max" ? -Infinity : 0))
  board.filter = Math.min(board.filter, outputs(board) - 1)
  fillEditor(board)
  compute(board)
  go(board, board.row, board.column)
  board.shown = [board.row, board.column]
  draw(board)
}

// ---- numbers -------------------------------------------------------------------------------------------------

function padded(map, cells, value) {
  const rim = Array(cells).fill(value)
  const empty = () => Array(map[0].length + 2 * cells).fill(value)
  const top = Array.from({ length: cells }, empty)
  return [...top, ...map.map((row) => [...rim, ...row, ...rim]), ...Array.from({ length: cells }, empty)]
}

const outputs = ({ data, kernels }) => (data.mode === "conv" ? kernels.length : data.input.length)
const sourcesOf = ({ data }, filter) => (data.mode === "conv" ? data.input.map((_, c) => c) : [filter])

function cellsAt({ data, padded: maps }, channel, row, column) {
  const seen = []
  for (let i = 0; i < data.size; i++) {
    seen.push([])
    for (let j = 0; j < data.size; j++)
      seen[i].push(maps[channel][row * data.stride + i * data.dilation][column * data.stride + j * data.dilation])
  }
  return seen
}

function value(board, filter, row, column) {
  const { data, kernels } = board
  if (data.mode === "conv") {
    let sum = data.bias[filter]
    data.input.forEach((_, c) => {
      cellsAt(board, c, row, column).forEach((line, i) => line.forEach((x, j) => { sum += x * kernels[filter][c][i][j] }))
    })
    return sum
  }
  const seen = cellsAt(board, filter, row, column).flat()
  return data.mode === "max" ? Math.max(...seen) : seen.reduce((a, b) => a + b, 0) / seen.length
}

function compute(board) {
  const { data } = board
  const reach = data.dilation * (data.size - 1) + 1
  const places = (length) => Math.max(Math.floor((length - reach) / data.stride) + 1, 0)
  board.rows = places(board.padded[0].length)
  board.columns = places(board.padded[0][0].length)
  board.out = Array.from({ length: outputs(board) }, (_, f) =>
    Array.from({ length: board.rows }, (_, r) => Array.from({ length: board.columns }, (_, c) => value(board, f, r, c))),
  )
  const all = board.out.flat(2).map(Math.abs)
  board.most = Math.max(...all, 1e-6)
  board.root.querySelector(".place").max = board.rows * board.columns - 1
}

// ---- moving --------------------------------------------------------------------------------------------------

function go(board, row, column) {
  board.row = clamp(row, 0, board.rows - 1)
  board.column = clamp(column, 0, board.columns - 1)
  board.root.querySelector(".place").value = index(board)
  board.canvas.dataset.place = `${board.row},${board.column}`
  board.canvas.dataset.value = board.out[board.filter][board.row][board.column].toFixed(4)
  speak(board)
  if (!board.clock) board.clock = requestAnimationFrame((now) => glide(board, now))
}

const index = (board) => board.row * board.columns + board.column
const jump = (board, place) => go(board, Math.floor(place / board.columns), place % board.columns)

function walk(board, step) {
  const count = board.rows * board.columns
  jump(board, (index(board) + step + count) % count)
}

function play(board, on) {
  board.playing = on
  board.held = false
  board.since = performance.now()
  const button = board.bar.querySelector("[data-do=play]")
  button.textContent = on ? "❚❚ Pause" : "▶ Play"
  button.setAttribute("aria-pressed", on)
  if (on && !board.clock) board.clock = requestAnimationFrame((now) => glide(board, now))
}

function glide(board, now) {
  board.clock = 0
  if (board.playing && now - board.since > 1000 / Number(board.bar.querySelector(".speed").value)) {
    board.since = now
    walk(board, 1)
    cancelAnimationFrame(board.clock)
  }
  const [r, c] = board.shown
  const rest = Math.abs(board.row - r) + Math.abs(board.column - c)
  const near = rest < 0.02 || rest > 2 // a jump or a new line is not worth a ride across the grid
  board.shown = near ? [board.row, board.column] : [r + (board.row - r) * 0.35, c + (board.column - c) * 0.35]
  board.canvas.dataset.frames = ++board.frames
  draw(board)
  board.clock = board.playing || !near ? requestAnimationFrame((later) => glide(board, later)) : 0
}

// ---- hands ---------------------------------------------------------------------------------------------------

function at(board, event) {
  const place = board.canvas.getBoundingClientRect()
  const [x, y] = [event.clientX - place.left, event.clientY - place.top]
  const grid = board.grids.find((g) => x >= g.x && y >= g.y && x < g.x + g.columns * g.cell && y < g.y + g.rows * g.cell)
  return grid ? { grid, row: Math.floor((y - grid.y) / grid.cell), column: Math.floor((x - grid.x) / grid.cell) } : null
}

function hover(board, event) {
  const spot = at(board, event)
  board.spot = spot
  board.canvas.style.cursor = spot ? "crosshair" : "default"
  if (spot && !board.held && !board.playing && spot.grid.kind !== "work") move(board, spot)
  else draw(board)
}

function move(board, { grid, row, column }) {
  const { stride, size, dilation } = board.data
  if (grid.kind === "out") {
    board.filter = grid.number
    return go(board, row, column)
  }
  const middle = Math.floor((dilation * (size - 1)) / 2)
  go(board, Math.round((row - middle) / stride), Math.round((column - middle) / stride))
}

function click(board, event) {
  const spot = at(board, event)
  if (!spot || spot.grid.kind === "work") return
  if (board.playing) play(board, false)
  move(board, spot)
  if (event.pointerType === "mouse") board.held = !board.held
  fillEditor(board)
  draw(board)
}

function key(board, event) {
  const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key]
  if (event.key === " ") play(board, !board.playing)
  else if (step) go(board, board.row + step[0], board.column + step[1])
  else return
  event.preventDefault()
}

function edit(board, event, done) {
  const { channel, row, column } = event.target.dataset
  const typed = Number(event.target.value)
  if (channel === undefined || !Number.isFinite(typed)) return
  board.kernels[board.filter][channel][row][column] = typed
  compute(board)
  go(board, board.row, board.column)
  draw(board)
  if (done) board.tell("kernel", { filter: board.filter, kernel: board.kernels[board.filter] })
}

function fillEditor(board) {
  const { data, kernels, editor, filter } = board
  const can = data.mode === "conv" && data.size <= 5
  editor.hidden = !can
  if (!can) return
  const field = (c, i, j, x) =>
    `<input type="number" step="any" data-channel="${c}" data-row="${i}" data-column="${j}" value="${+x.toFixed(3)}"` +
    ` aria-label="Kernel, channel ${c + 1}, row ${i + 1}, column ${j + 1}">`
  const kernel = (rows, c) =>
    `<div class="kernel" style="grid-template-columns:repeat(${data.size},1fr)">` +
    rows.map((row, i) => row.map((x, j) => field(c, i, j, x)).join("")).join("") + "</div>"
  const title = kernels.length > 1 ? ` of filter ${filter + 1}` : ""
  editor.innerHTML = `<span>Edit the kernel${title}</span>` + kernels[filter].map(kernel).join("")
}

function speak(board) {
  const { data, row, column, filter, out } = board
  const answer = number(out[filter][row][column])
  const place = `Row ${row + 1}, column ${column + 1}: `
  if (data.mode !== "conv") {
    const seen = cellsAt(board, filter, row, column).flat().map((x) => (x === -Infinity ? "outside" : number(x)))
    board.says.textContent = place + `${data.mode === "max" ? "the largest" : "the mean"} of ${seen.join(", ")} is ${answer}.`
    return
  }
  const sums = data.input.map((_, c) =>
    cellsAt(board, c, row, column).flatMap((line, i) => line.map((x, j) => x * board.kernels[filter][c][i][j])).reduce((a, b) => a + b, 0),
  )
  const sum = sums.map((s, c) => `${number(s)}${sums.length > 1 ? ` (channel ${c + 1})` : ""}`).join(" + ")
  board.says.textContent = place + `sum of the products ${sum}, bias ${number(data.bias[filter])}: ${answer}.`
}

// ---- drawing -------------------------------------------------------------------------------------------------

function draw(board) {
  const { canvas, data } = board
  if (!data || !canvas.clientWidth) return
  const width = canvas.clientWidth
  board.grids = layout(board, width)
  const height = Math.ceil(Math.max(...board.grids.map((grid) => grid.y + grid.rows * grid.cell)) + 8)
  const scale = devicePixelRatio || 1
  if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
    canvas.width = Math.round(width * scale)
    canvas.height = Math.round(height * scale)
    canvas.style.height = `${height}px`
  }
  const ink = canvas.getContext("2d")
  const style = getComputedStyle(canvas)
  board.ink = { colour: style.color, accent: data.colours.accent }
  ink.setTransform(scale, 0, 0, scale, 0, 0)
  ink.clearRect(0, 0, width, height)
  ink.textAlign = "center"
  ink.textBaseline = "middle"
  for (const grid of board.grids) drawGrid(board, ink, grid)
}

// Inputs and outputs side by side where there is room, else one row each; below, patch x kernel = products.
function layout(board, width) {
  const { data, rows, columns } = board
  const [tall, wide] = [board.padded[0].length, board.padded[0][0].length]
  const ins = board.padded.map((map, c) => ({ kind: "in", number: c, map, rows: tall, columns: wide, title: data.names[c] }))
  const outs = board.out.map((map, f) => ({ kind: "out", number: f, map, rows, columns, title: data.outs[f] }))
  const side = ins.length + outs.length === 2 && width > 560
  const bands = side ? [[...ins, ...outs]] : [ins, outs]
  let y = 20
  for (const band of bands) {
    const sum = band.reduce((total, grid) => total + grid.columns, 0)
    const cell = Math.min((width - GAP * (band.length - 1) - 2) / sum, data.numbers ? (sum < 9 ? 56 : 40) : 26)
    let x = 1
    for (const grid of band) {
      Object.assign(grid, { x, y, cell })
      x += grid.columns * cell + GAP
    }
    y += Math.max(...band.map((grid) => grid.rows)) * cell + 30
  }
  return [...bands.flat(), ...work(board, width, y)]
}

function work(board, width, top) {
  const { data, filter, row, column } = board
  if (data.mode !== "conv") return []
  const cell = Math.min((width - 44) / (3 * data.size), 40)
  const grids = []
  sourcesOf(board, filter).forEach((c, k) => {
    const y = top + k * (data.size * cell + 30)
    const seen = cellsAt(board, c, row, column)
    const kernel = board.kernels[filter][c]
    const products = seen.map((line, i) => line.map((x, j) => x * kernel[i][j]))
    const names = [`window on ${data.names[c]}`, "× kernel", "= products"]
    ;[seen, kernel, products].forEach((map, n) => {
      const x = 1 + n * (data.size * cell + 20)
      grids.push({ kind: "work", number: n, map, rows: data.size, columns: data.size, title: names[n], x, y, cell })
    })
  })
  return grids
}

function drawGrid(board, ink, grid) {
  const { data } = board
  ink.font = "12px sans-serif"
  ink.fillStyle = board.ink.colour
  ink.textAlign = "left"
  ink.fillText(grid.title, grid.x, grid.y - 9, Math.max(grid.columns * grid.cell, 60))
  ink.textAlign = "center"
  grid.map.forEach((line, i) => line.forEach((x, j) => drawCell(board, ink, grid, i, j, x)))
  if (grid.kind === "in" && sourcesOf(board, board.filter).includes(grid.number)) drawWindow(board, ink, grid)
  if (grid.kind === "out") drawPlace(board, ink, grid)
  if (grid.kind === "in" && data.padding) {
    const rim = data.padding * grid.cell
    box(ink, [grid.x + rim, grid.y + rim, (grid.columns - 2 * data.padding) * grid.cell, (grid.rows - 2 * data.padding) * grid.cell], board.ink.colour, 1, [3, 3])
  }
}

function drawCell(board, ink, grid, i, j, x) {
  const [left, top] = [grid.x + j * grid.cell, grid.y + i * grid.cell]
  const hidden = grid.kind === "out" && board.playing && i * grid.columns + j > index(board)
  const shade = hidden ? null : colour(board, grid, x)
  ink.fillStyle = shade ?? "transparent"
  ink.fillRect(left, top, grid.cell + 0.4, grid.cell + 0.4)
  if (!shade || grid.cell >= 9) box(ink, [left, top, grid.cell, grid.cell], "rgba(128,128,128,0.35)", 0.5)
  if (hidden || grid.cell < SMALLEST_TEXT) return
  ink.font = `${Math.min(grid.cell * 0.36, 13)}px sans-serif`
  ink.fillStyle = dark(shade) ? "#fff" : "#1b2423"
  ink.fillText(x === -Infinity ? "−∞" : number(x), left + grid.cell / 2, top + grid.cell / 2, grid.cell - 3)
  if (spotted(board, grid, i, j)) box(ink, [left + 1, top + 1, grid.cell - 2, grid.cell - 2], board.ink.accent, 3)
}

// The same place of the window in patch, kernel and products; in pooling, the cell that won.
function spotted(board, grid, i, j) {
  if (grid.kind === "work") return board.spot?.grid.kind === "work" && board.spot.row === i && board.spot.column === j
  if (board.data.mode !== "max" || grid.kind !== "in" || grid.number !== board.filter) return false
  const { stride, size, dilation } = board.data
  const [r, c] = [(i - board.row * stride) / dilation, (j - board.column * stride) / dilation]
  const inside = Number.isInteger(r) && Number.isInteger(c) && r >= 0 && c >= 0 && r < size && c < size
  return inside && grid.map[i][j] === board.out[board.filter][board.row][board.column]
}

function drawWindow(board, ink, grid) {
  const { stride, size, dilation } = board.data
  const [r, c] = board.shown
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++) {
      if (dilation === 1 && (i || j)) continue
      const side = dilation === 1 ? size * grid.cell : grid.cell
      const [left, top] = [grid.x + (c * stride + j * dilation) * grid.cell, grid.y + (r * stride + i * dilation) * grid.cell]
      box(ink, [left, top, side, side], board.ink.accent, 3)
    }
}

function drawPlace(board, ink, grid) {
  const [r, c] = board.shown
  const own = grid.number === board.filter
  box(ink, [grid.x + c * grid.cell, grid.y + r * grid.cell, grid.cell, grid.cell], board.ink.accent, own ? 3 : 1)
}

function box(ink, [x, y, w, h], colour, width, dash = []) {
  ink.setLineDash(dash)
  ink.strokeStyle = colour
  ink.lineWidth = width
  ink.strokeRect(x, y, w, h)
  ink.setLineDash([])
}

// ---- colours -------------------------------------------------------------------------------------------------

function colour(board, grid, x) {
  const { data } = board
  if (x === -Infinity) return "rgb(90,90,90)"
  const grey = data.grey && (grid.kind === "in" || (grid.kind === "work" && grid.number === 0) || data.mode !== "conv")
  if (grey) return mix(["#000000", "#ffffff"], (x - data.low) / (data.high - data.low))
  const most = grid.kind === "out" ? board.most : grid.kind === "in" ? data.high : Math.max(...grid.map.flat().map(Math.abs), 1e-6)
  return mix(data.colours.diverging, (x / most + 1) / 2)
}

function mix(stops, share) {
  const place = clamp(share, 0, 1) * (stops.length - 1)
  const first = Math.min(Math.floor(place), stops.length - 2)
  const [a, b] = [rgb(stops[first]), rgb(stops[first + 1])]
  return `rgb(${a.map((part, k) => Math.round(part + (b[k] - part) * (place - first))).join(",")})`
}

const rgb = (hex) => [1, 3, 5].map((k) => parseInt(hex.slice(k, k + 2), 16))
const clamp = (x, low, high) => Math.min(Math.max(x, low), high)
const number = (x) => (Math.abs(x) < 0.005 ? "0" : Number.isInteger(x) ? String(x) : x.toFixed(2)).replace("-", "−")

function dark(shade) {
  const [r, g, b] = (shade ?? "rgb(255,255,255)").match(/\d+/g).map(Number)
  return 0.3 * r + 0.59 * g + 0.11 * b < 128
}
