// Drawing of slide.js. What stands still between two steps (the grids, the products) is painted once on a sheet that
// nobody sees; a frame of the animation copies the sheet and draws the window on it.

const SMALLEST_TEXT = 21 // side of a cell in screen pixels below which its number is left out
const GAP = 14

// Everything anew: the numbers, the size or the theme changed.
function paint(board) {
  const { canvas, data } = board
  const width = canvas.clientWidth
  if (!data || !width) return
  const [ins, outs, top] = layout(board, width)
  board.flat = [...ins, ...outs]
  board.top = top
  const work = workGrids(board, width)
  const height = Math.ceil(Math.max(...[...board.flat, ...work].map((grid) => grid.y + grid.rows * grid.cell)) + 8)
  const scale = devicePixelRatio || 1
  const size = [Math.round(width * scale), Math.round(height * scale)]
  board.sheet ??= document.createElement("canvas")
  for (const one of [canvas, board.sheet]) if (one.width !== size[0] || one.height !== size[1]) [one.width, one.height] = size
  canvas.style.height = `${height}px`
  board.ink = { colour: getComputedStyle(canvas).color, accent: data.colours.accent }
  board.stops = data.colours.diverging.map(rgb)
  Object.assign(board, { width, height, scale })
  const ink = pen(board, board.sheet)
  ink.clearRect(0, 0, width, height)
  for (const grid of board.flat) drawGrid(board, ink, grid)
  redraw(board)
}

// The window moved by a step: other numbers are under it.
function redraw(board) {
  if (!board.sheet) return
  const ink = pen(board, board.sheet)
  const work = workGrids(board, board.width)
  board.grids = [...board.flat, ...work]
  ink.clearRect(0, board.top - 20, board.width, board.height)
  for (const grid of work) drawGrid(board, ink, grid)
  draw(board)
}

// One frame.
function draw(board) {
  if (!board.sheet) return
  const ink = pen(board, board.canvas)
  ink.clearRect(0, 0, board.width, board.height)
  ink.drawImage(board.sheet, 0, 0, board.width, board.height)
  for (const grid of board.flat) {
    if (grid.kind === "out") drawPlace(board, ink, grid)
    else if (sourcesOf(board, board.filter).includes(grid.number)) drawWindow(board, ink, grid)
  }
  if (board.spot?.grid.kind === "work")
    for (const grid of board.grids) if (grid.kind === "work") ring(board, ink, grid, board.spot.row, board.spot.column)
}

function pen(board, canvas) {
  const ink = canvas.getContext("2d")
  ink.setTransform(board.scale, 0, 0, board.scale, 0, 0)
  ink.textBaseline = "middle"
  return ink
}

// ---- where everything stands -----------------------------------------------------------------------------------

// Inputs and outputs side by side where there is room, else one row each; what is below begins at the third value.
function layout(board, width) {
  const { data, rows, columns } = board
  const [tall, wide] = [board.padded[0].length, board.padded[0][0].length]
  const ins = board.padded.map((map, c) => ({ kind: "in", number: c, map, rows: tall, columns: wide, title: data.names[c] }))
  const outs = board.out.map((map, f) => ({ kind: "out", number: f, map, rows, columns, title: data.outs[f], most: board.most }))
  for (const grid of ins) Object.assign(grid, { grey: data.grey, most: data.high })
  for (const grid of outs) grid.grey = data.grey && data.mode !== "conv"
  const side = ins.length + outs.length === 2 && width > 560
  let y = 20
  for (const band of side ? [[...ins, ...outs]] : [ins, outs]) {
    const sum = band.reduce((total, grid) => total + grid.columns, 0)
    const cell = Math.min((width - GAP * (band.length - 1) - 2) / sum, data.numbers ? (sum < 9 ? 56 : 40) : 26)
    let x = 1
    for (const grid of band) {
      Object.assign(grid, { x, y, cell })
      x += grid.columns * cell + GAP
    }
    y += Math.max(...band.map((grid) => grid.rows)) * cell + 30
  }
  return [ins, outs, y]
}

// Below the grids: patch x kernel = products, a line for each channel.
function workGrids(board, width) {
  const { data, filter, row, column } = board
  if (data.mode !== "conv") return []
  const cell = Math.min((width - 44) / (3 * data.size), 40)
  return sourcesOf(board, filter).flatMap((c, k) => {
    const y = board.top + k * (data.size * cell + 30)
    const seen = cellsAt(board, c, row, column)
    const kernel = board.kernels[filter][c]
    const products = seen.map((line, i) => line.map((x, j) => x * kernel[i][j]))
    const names = [`window on ${data.names[c]}`, "× kernel", "= products"]
    return [seen, kernel, products].map((map, n) => {
      const most = Math.max(...map.flat().map(Math.abs), 1e-6)
      const place = { x: 1 + n * (data.size * cell + 20), y, cell, rows: data.size, columns: data.size }
      return { kind: "work", number: n, map, title: names[n], grey: data.grey && n === 0, most, ...place }
    })
  })
}

// ---- strokes -----------------------------------------------------------------------------------------------------

function drawGrid(board, ink, grid) {
  const { data } = board
  ink.font = "12px sans-serif"
  ink.fillStyle = board.ink.colour
  ink.textAlign = "left"
  ink.fillText(grid.title, grid.x, grid.y - 9, Math.max(grid.columns * grid.cell, 60))
  ink.textAlign = "center"
  grid.map.forEach((line, i) => line.forEach((x, j) => drawCell(board, ink, grid, i, j, x)))
  if (grid.kind === "in") strikeUnseen(board, ink, grid)
  if (grid.kind === "in" && data.padding) {
    const rim = data.padding * grid.cell
    const [wide, tall] = [grid.columns, grid.rows].map((cells) => (cells - 2 * data.padding) * grid.cell)
    box(ink, [grid.x + rim, grid.y + rim, wide, tall], board.ink.colour, 1, [3, 3])
  }
}

// A stroke through every cell that no place of the window looks at.
function strikeUnseen({ data }, ink, { x, y, cell, map }) {
  const [rows, columns] = data.seen
  ink.strokeStyle = data.colours.lost
  ink.lineWidth = 2
  ink.beginPath()
  map.forEach((line, i) => line.forEach((_, j) => {
    if (rows[i] && columns[j]) return
    ink.moveTo(x + j * cell + 2, y + (i + 1) * cell - 2)
    ink.lineTo(x + (j + 1) * cell - 2, y + i * cell + 2)
  }))
  ink.stroke()
}

function drawCell(board, ink, grid, i, j, x) {
  const [left, top] = [grid.x + j * grid.cell, grid.y + i * grid.cell]
  const shade = colour(board, grid, x)
  ink.fillStyle = `rgb(${shade.join(",")})`
  ink.fillRect(left, top, grid.cell + 0.4, grid.cell + 0.4)
  if (grid.cell >= 9) box(ink, [left, top, grid.cell, grid.cell], "rgba(128,128,128,0.35)", 0.5)
  if (grid.cell < SMALLEST_TEXT) return
  ink.font = `${Math.min(grid.cell * 0.36, 13)}px sans-serif`
  ink.fillStyle = dark(shade) ? "#fff" : "#1b2423"
  ink.fillText(x === -Infinity ? "−∞" : number(x), left + grid.cell / 2, top + grid.cell / 2, grid.cell - 3)
}

function drawWindow(board, ink, grid) {
  const { stride, size, dilation, mode } = board.data
  const [r, c] = board.shown
  const answer = board.out[board.filter][board.row][board.column]
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++) {
      const [y, x] = [board.row * stride + i * dilation, board.column * stride + j * dilation]
      if (mode === "max" && grid.map[y][x] === answer) ring(board, ink, grid, y, x) // the cell that won
      if (dilation === 1 && (i || j)) continue
      const side = dilation === 1 ? size * grid.cell : grid.cell
      const [left, top] = [grid.x + (c * stride + j * dilation) * grid.cell, grid.y + (r * stride + i * dilation) * grid.cell]
      box(ink, [left, top, side, side], board.ink.accent, 3)
    }
}

function drawPlace(board, ink, grid) {
  const [r, c] = board.shown
  const { x, y, cell, rows, columns } = grid
  if (board.playing) {
    // what the window has not reached yet is still unknown
    const [left, top] = [x + (board.column + 1) * cell, y + board.row * cell]
    ink.clearRect(left, top, x + columns * cell + 1 - left, cell)
    ink.clearRect(x - 1, top + cell, columns * cell + 2, (rows - board.row - 1) * cell + 1)
    box(ink, [x, y, columns * cell, rows * cell], "rgba(128,128,128,0.35)", 0.5)
  }
  box(ink, [x + c * cell, y + r * cell, cell, cell], board.ink.accent, grid.number === board.filter ? 3 : 1)
}

function ring(board, ink, { x, y, cell }, row, column) {
  box(ink, [x + column * cell + 1, y + row * cell + 1, cell - 2, cell - 2], board.ink.accent, 3)
}

function box(ink, [x, y, w, h], colour, width, dash) {
  if (dash) ink.setLineDash(dash)
  ink.strokeStyle = colour
  ink.lineWidth = width
  ink.strokeRect(x, y, w, h)
  if (dash) ink.setLineDash([])
}

// ---- colours -------------------------------------------------------------------------------------------------

const GREYS = [[0, 0, 0], [255, 255, 255]]
const OUTSIDE = [90, 90, 90]

function colour({ data, stops }, grid, x) {
  if (x === -Infinity) return OUTSIDE
  if (grid.grey) return mix(GREYS, (x - data.low) / (data.high - data.low))
  return mix(stops, (x / grid.most + 1) / 2)
}

const dark = ([r, g, b]) => 0.3 * r + 0.59 * g + 0.11 * b < 128
