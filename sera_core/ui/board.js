// A picture with one region on it, or one ruler. Everything is drawn and reported in pixels of the picture.
// A mouse or pen draws a new region anywhere; a finger drags the region or its corners, so that the page can still be
// scrolled with the thumb that touches the picture. A tap or click elsewhere is told as such.

const SVG = "http://www.w3.org/2000/svg"
const boards = new WeakMap()
const TAP = 6 // screen pixels that a tap may wander
const SMALLEST = 8 // picture pixels

export default function ({ data, parentElement, setTriggerValue }) {
  if (!boards.has(parentElement)) boards.set(parentElement, build(parentElement.querySelector("svg")))
  const board = boards.get(parentElement)
  board.tell = setTriggerValue
  board.show(data)
  return () => {
    board.stop()
    boards.delete(parentElement)
  }
}

function build(svg) {
  const board = { svg, data: null, box: null, points: [], grip: null }
  board.show = (data) => show(board, data)
  const watch = new ResizeObserver(() => draw(board))
  watch.observe(svg)
  board.stop = () => watch.disconnect()
  svg.onpointerdown = (event) => press(board, event)
  svg.onpointermove = (event) => move(board, event)
  svg.onpointerup = (event) => release(board, event)
  svg.onpointercancel = () => show(board, board.data)
  svg.onkeydown = (event) => nudge(board, event)
  return board
}

function show(board, data) {
  const asked = JSON.stringify([data.box, data.outline, data.line, data.mode, data.width, data.height])
  const same = board.asked === asked && board.data !== data
  board.data = data
  if (same) return draw(board) // a page drawn again for another reason leaves half a ruler where it is
  board.asked = asked
  board.grip = null
  board.box = data.box && [...data.box]
  board.points = (data.line ?? []).map((point) => [...point])
  draw(board)
}

// ---- drawing -------------------------------------------------------------------------------------------------

function draw(board) {
  const { svg, data } = board
  if (!data) return
  svg.setAttribute("viewBox", `0 0 ${data.width} ${data.height}`)
  svg.setAttribute("aria-label", data.label)
  svg.dataset.mode = data.mode
  svg.dataset.box = (board.box ?? []).join(",")
  const [picture, ink] = svg.children
  if (picture.getAttribute("href") !== data.image) picture.setAttribute("href", data.image)
  picture.setAttribute("width", data.width)
  picture.setAttribute("height", data.height)
  const focused = svg.getRootNode().activeElement?.dataset?.grip
  ink.replaceChildren(...drawBox(board), ...drawOutline(board), ...(data.mode === "line" ? drawRuler(board) : []))
  if (focused) ink.querySelector(`[data-grip="${focused}"]`)?.focus()
}

function drawOutline({ data, box }) {
  const moved = box?.join() !== data.box?.join() // an outline belongs to the region it was drawn in
  if (!data.outline || moved) return []
  const d = `M${data.outline.map((point) => point.join(" ")).join("L")}Z`
  return [element("path", { d, class: data.sure ? "outline" : "outline unsure" })]
}

function drawBox({ svg, data, box }) {
  if (!box) return []
  const [x, y, w, h] = box
  const shade = element("path", {
    d: `M0 0H${data.width}V${data.height}H0Z M${x} ${y}V${y + h}H${x + w}V${y}Z`,
    class: "shade",
  })
  const frame = element("rect", { x, y, width: w, height: h, class: "frame" })
  if (data.mode !== "box") return [shade, frame]
  Object.assign(frame.dataset, { grip: "box" })
  frame.setAttribute("tabindex", "0")
  frame.setAttribute("role", "slider")
  frame.setAttribute("aria-label", "Region. Arrow keys move it, with Shift they change its size.")
  frame.setAttribute("aria-valuetext", `left ${x}, top ${y}, width ${w}, height ${h} pixels`)
  frame.setAttribute("aria-valuenow", x)
  const corners = [["nw", x, y], ["ne", x + w, y], ["sw", x, y + h], ["se", x + w, y + h]]
  return [shade, frame, ...corners.flatMap(([name, cx, cy]) => knob(svg, data, name, cx, cy))]
}

function drawRuler({ svg, data, points }) {
  const marks = points.flatMap(([x, y], i) => knob(svg, data, `end${i}`, x, y))
  if (points.length < 2) return marks
  const [[x1, y1], [x2, y2]] = points
  return [element("line", { x1, y1, x2, y2, class: "ruler" }), ...marks]
}

function knob(svg, data, name, cx, cy) {
  const unit = data.width / (svg.clientWidth || data.width) // picture pixels per screen pixel
  const hit = element("circle", { cx, cy, r: 20 * unit, class: `hit ${name}` })
  hit.dataset.grip = name
  return [element("circle", { cx, cy, r: 6 * unit, class: "knob" }), hit]
}

function element(name, attributes) {
  const made = document.createElementNS(SVG, name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  return made
}

// ---- hands ---------------------------------------------------------------------------------------------------

function at(board, event) {
  const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(board.svg.getScreenCTM().inverse())
  const inside = (value, end) => Math.min(Math.max(value, 0), end)
  return [inside(point.x, board.data.width), inside(point.y, board.data.height)]
}

function press(board, event) {
  if (!event.isPrimary || event.button) return
  const name = event.target.dataset?.grip ?? "free"
  const finger = event.pointerType === "touch"
  board.grip = { name, finger, from: at(board, event), screen: [event.clientX, event.clientY], moved: false }
  board.grip.box = board.box && [...board.box]
  if (name !== "free" || !finger) board.svg.setPointerCapture(event.pointerId)
}

function move(board, event) {
  const grip = board.grip
  if (!grip) return
  grip.moved ||= Math.hypot(event.clientX - grip.screen[0], event.clientY - grip.screen[1]) > TAP
  if (!grip.moved) return
  const [x, y] = at(board, event)
  if (board.data.mode === "line") stretch(board, grip, [x, y])
  else if (grip.name === "box") board.box = shifted(board, grip.box, x - grip.from[0], y - grip.from[1])
  else if (grip.name !== "free") board.box = between(opposite(grip), [x, y])
  else if (!grip.finger) board.box = between(grip.from, [x, y])
  draw(board)
}

function release(board, event) {
  const grip = board.grip
  board.grip = null
  if (!grip) return
  const point = at(board, event)
  if (board.data.mode === "line") mark(board, grip, point)
  else settle(board, grip, point)
}

function settle(board, grip, [x, y]) {
  const tapped = grip.name === "free" && !grip.moved
  if (tapped || board.box[2] < SMALLEST || board.box[3] < SMALLEST) {
    board.box = grip.box
    board.tell("click", [x, y])
  } else if (board.box.join() !== grip.box?.join()) board.tell("box", board.box)
  draw(board)
}

function mark(board, grip, point) {
  const whole = point.map((value) => Math.round(value * 10) / 10)
  if (!grip.moved && grip.name === "free") board.points = board.points.length === 1 ? [board.points[0], whole] : [whole]
  draw(board)
  if (board.points.length === 2) board.tell("line", board.points)
}

function stretch(board, grip, point) {
  const whole = point.map((value) => Math.round(value * 10) / 10)
  if (grip.name.startsWith("end")) board.points[Number(grip.name.at(3))] = whole
  else if (!grip.finger) board.points = [grip.from.map((value) => Math.round(value * 10) / 10), whole]
}

function nudge(board, event) {
  const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key]
  if (!step || !board.box || board.data.mode !== "box") return
  event.preventDefault()
  const [x, y, w, h] = board.box
  const { width, height } = board.data
  const grown = [x, y, clamp(w + 2 * step[0], SMALLEST, width - x), clamp(h + 2 * step[1], SMALLEST, height - y)]
  board.box = event.shiftKey ? grown : shifted(board, board.box, 2 * step[0], 2 * step[1])
  draw(board)
  clearTimeout(board.pause) // tell once, when the keys have come to rest
  board.pause = setTimeout(() => board.tell("box", board.box), 400)
}

// ---- geometry ------------------------------------------------------------------------------------------------

function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high)
}

function between([x1, y1], [x2, y2]) {
  const [left, top] = [Math.round(Math.min(x1, x2)), Math.round(Math.min(y1, y2))]
  return [left, top, Math.round(Math.max(x1, x2)) - left, Math.round(Math.max(y1, y2)) - top]
}

function opposite({ name, box: [x, y, w, h] }) {
  return [name.includes("w") ? x + w : x, name.includes("n") ? y + h : y]
}

function shifted({ data }, [x, y, w, h], across, down) {
  return [clamp(Math.round(x + across), 0, data.width - w), clamp(Math.round(y + down), 0, data.height - h), w, h]
}
