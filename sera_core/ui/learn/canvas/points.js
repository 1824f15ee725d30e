// A board of points of two classes. Drag a point, or press on the empty board to add one; a press on a point does
// what the brush says. Each point takes the focus: arrow keys move it, Enter turns its class, Delete removes it.
// Points are in board units (0 ... size, y upwards); the picture is 100 units wide with y downwards.

const SVG = "http://www.w3.org/2000/svg"
const SIDE = 100
const TAP = 5 // screen pixels that a press may wander
const MOST = 80 // points
const boards = new WeakMap()

export default function ({ data, parentElement, setTriggerValue }) {
  if (!boards.has(parentElement)) boards.set(parentElement, build(parentElement.querySelector("svg")))
  const board = boards.get(parentElement)
  board.tell = () => setTriggerValue("points", board.points)
  show(board, data)
  return () => {
    clearTimeout(board.pause)
    boards.delete(parentElement)
  }
}

function build(svg) {
  const board = { svg, data: null, points: [], grip: null }
  svg.onpointerdown = (event) => press(board, event)
  svg.onpointermove = (event) => move(board, event)
  svg.onpointerup = (event) => release(board, event)
  svg.onpointercancel = () => {
    board.grip = null
    show(board, board.data)
  }
  svg.onkeydown = (event) => key(board, event)
  return board
}

function show(board, data) {
  board.data = data
  if (board.grip || board.pause) return // the hand is quicker than the answer: another one follows
  board.points = data.points.map((point) => [...point])
  draw(board)
}

// ---- drawing -------------------------------------------------------------------------------------------------

function draw(board) {
  const { svg, data } = board
  svg.setAttribute("viewBox", `0 0 ${SIDE} ${SIDE}`)
  svg.setAttribute("aria-label", data.label)
  svg.dataset.brush = data.brush
  svg.dataset.points = JSON.stringify(board.points)
  svg.style.setProperty("--own", data.colours.own)
  const focused = svg.getRootNode().activeElement?.dataset?.index
  const picture = data.tint ? [element("image", { href: data.tint, width: SIDE, height: SIDE, preserveAspectRatio: "none" })] : []
  const lines = data.lines.map(({ kind, path }) => element("polyline", { class: `line ${kind}`, points: trail(board, path) }))
  const axes = [axis("x₁", SIDE * 0.84, SIDE - 2), axis("x₂", 1.5, SIDE * 0.55)]
  svg.replaceChildren(...picture, ...lines, ...axes, ...board.points.map((point, k) => mark(board, point, k)))
  if (focused) svg.querySelector(`[data-index="${focused}"]`)?.focus()
}

function trail(board, path) {
  return path.map((point) => place(board, point).join(",")).join(" ")
}

function mark(board, [x, y, label], index) {
  const [cx, cy] = place(board, [x, y])
  const known = board.data.points[index]
  const same = known && known[0] === x && known[1] === y && known[2] === label
  const pull = (same && board.data.pull[index]) || 0
  const unit = SIDE / (board.svg.clientWidth || SIDE)
  const r = 5.5 * unit + 7 * unit * pull
  const group = element("g", { class: `point${pull > 0 ? " support" : ""}`, tabindex: 0, role: "button" })
  group.dataset.index = index
  const name = label ? "malignant" : "benign"
  group.setAttribute("aria-label", `${name} point at ${x.toFixed(1)}, ${y.toFixed(1)}${pull > 0 ? ", support vector" : ""}`)
  const shape = label
    ? element("path", { d: `M${cx} ${cy - r * 1.25}l${r * 1.25} ${r * 1.25}l${-r * 1.25} ${r * 1.25}l${-r * 1.25} ${-r * 1.25}z` })
    : element("circle", { cx, cy, r })
  shape.setAttribute("class", "mark")
  shape.setAttribute("fill", board.data.colours[name])
  group.append(element("circle", { cx, cy, r: Math.max(r, 16 * unit), class: "hit" }), shape)
  return group
}

function axis(text, x, y) {
  const made = element("text", { x, y, class: "axis" })
  made.textContent = text
  return made
}

function element(name, attributes) {
  const made = document.createElementNS(SVG, name)
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value)
  return made
}

// ---- hands ---------------------------------------------------------------------------------------------------

function press(board, event) {
  if (!event.isPrimary || event.button) return
  const index = event.target.closest?.(".point") ? nearest(board, event) : -1
  board.grip = { index, screen: [event.clientX, event.clientY], moved: false }
  if (index < 0) return // the thumb may scroll the page here
  board.svg.setPointerCapture(event.pointerId)
  event.preventDefault()
  board.svg.querySelector(`[data-index="${index}"]`).focus({ preventScroll: true })
}

function move(board, event) {
  const grip = board.grip
  if (!grip) return
  grip.moved ||= Math.hypot(event.clientX - grip.screen[0], event.clientY - grip.screen[1]) > TAP
  if (!grip.moved || grip.index < 0) return
  board.points[grip.index] = [...at(board, event), board.points[grip.index][2]]
  draw(board)
}

function release(board, event) {
  const grip = board.grip
  board.grip = null
  if (!grip) return
  if (!grip.moved) tap(board, grip.index, event)
  else if (grip.index >= 0) board.tell()
}

function tap(board, index, event) {
  const { brush } = board.data
  if (index >= 0 && brush === "remove") board.points.splice(index, 1)
  else if (index >= 0) board.points[index][2] = 1 - board.points[index][2]
  else if (brush === "remove" || board.points.length >= MOST) return
  else board.points.push([...at(board, event), brush === "malignant" ? 1 : 0])
  draw(board)
  board.tell()
}

function key(board, event) {
  const index = Number(event.target.dataset?.index ?? -1)
  if (index < 0) return
  const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key]
  const [x, y, label] = board.points[index]
  const far = event.shiftKey ? 1 : 0.2
  if (step) board.points[index] = [inside(board, x + far * step[0]), inside(board, y + far * step[1]), label]
  else if (event.key === "Enter" || event.key === " ") board.points[index] = [x, y, 1 - label]
  else if (event.key === "Delete" || event.key === "Backspace") board.points.splice(index, 1)
  else return
  event.preventDefault()
  draw(board)
  clearTimeout(board.pause) // tell once, when the keys have come to rest
  board.pause = setTimeout(() => {
    board.pause = null
    board.tell()
  }, 300)
}

// ---- geometry ------------------------------------------------------------------------------------------------

function place({ data }, [x, y]) {
  return [(x / data.size) * SIDE, SIDE - (y / data.size) * SIDE]
}

function at(board, event) {
  const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(board.svg.getScreenCTM().inverse())
  const { size } = board.data
  return [inside(board, (x / SIDE) * size), inside(board, ((SIDE - y) / SIDE) * size)]
}

// Where points crowd, their circles for the finger overlap: the nearest one is meant.
function nearest(board, event) {
  const [x, y] = at(board, event)
  const away = board.points.map((point) => Math.hypot(point[0] - x, point[1] - y))
  return away.indexOf(Math.min(...away))
}

function inside({ data }, value) {
  return Math.round(Math.min(Math.max(value, 0), data.size) * 10) / 10
}
