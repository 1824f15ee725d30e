// A window that slides over grids of numbers: convolution (kernels, bias) or pooling (max, average).
// Everything that moves is computed here and drawn by slide_draw.js; the page is told only when a kernel was edited.
// Hover or touch either grid to send the window there, click to hold it, arrow keys to walk, space to play.

const boards = new WeakMap()
const CALM = matchMedia("(prefers-reduced-motion: reduce)") // then the window stands where it goes, without a ride
const QUIET = 400 // milliseconds without a step after which the link learns where the window stands

export default function ({ data, parentElement, setTriggerValue }) {
  if (!boards.has(parentElement)) boards.set(parentElement, build(parentElement))
  const board = boards.get(parentElement)
  board.tell = setTriggerValue
  show(board, data)
  return () => {
    board.watch.disconnect()
    cancelAnimationFrame(board.clock)
    clearTimeout(board.quiet)
    boards.delete(parentElement)
  }
}

function build(root) {
  const part = (name) => root.querySelector(name)
  const board = { root, canvas: part("canvas"), says: part(".says"), bar: part(".bar"), editor: part(".editor") }
  Object.assign(board, { row: 0, column: 0, filter: 0, playing: false, held: false, shown: [0, 0], frames: 0 })
  board.watch = new ResizeObserver(() => paint(board))
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
  if (board.asked === asked) return paint(board) // the page was drawn again for another reason, as for its theme
  board.asked = asked
  board.data = data
  board.kernels = data.kernels.map((filter) => filter.map((kernel) => kernel.map((row) => [...row])))
  board.padded = data.input.map((map) => padded(map, data.padding, data.mode === "max" ? -Infinity : 0))
  board.filter = Math.min(board.filter, outputs(board) - 1)
  fillEditor(board)
  compute(board)
  board.flat = [] // those of the former numbers
  if (!board.linked) jump(board, placeInLink(board))
  else go(board, board.row, board.column)
  board.linked = true
  board.shown = [board.row, board.column]
  paint(board)
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
  clearTimeout(board.quiet)
  if (!board.playing) board.quiet = setTimeout(() => writeLink(board), QUIET)
  redraw(board)
  if (!board.clock) board.clock = requestAnimationFrame((now) => glide(board, now))
}

// The link carries the step, counted from 1; the first one needs no word there.
function placeInLink({ data, rows, columns }) {
  const step = Math.trunc(Number(new URLSearchParams(location.search).get(data.link)) || 1)
  return clamp(step, 1, rows * columns) - 1
}

function writeLink(board) {
  const link = new URL(location.href)
  const step = index(board) + 1
  if (step > 1) link.searchParams.set(board.data.link, step)
  else link.searchParams.delete(board.data.link)
  if (link.href !== location.href) history.replaceState(history.state, "", link)
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
  board.says.setAttribute("aria-live", on ? "off" : "polite") // thirty sentences a second are no help
  if (!on) go(board, board.row, board.column)
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
  const near = CALM.matches || rest < 0.02 || rest > 2 // a jump or a new line is not worth a ride across the grid
  board.shown = near ? [board.row, board.column] : [r + (board.row - r) * 0.35, c + (board.column - c) * 0.35]
  if (rest) {
    board.canvas.dataset.frames = ++board.frames
    draw(board)
  }
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
  paint(board)
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

const number = (x) => (Math.abs(x) < 0.005 ? "0" : Number.isInteger(x) ? String(x) : x.toFixed(2)).replace("-", "−")
