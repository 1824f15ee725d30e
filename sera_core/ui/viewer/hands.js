// ---- what hands do -----------------------------------------------------------------------------------------------------

const TAP = 6 // screen pixels that a tap may wander
const PAUSE = 400 // milliseconds after which keys have come to rest
const TWICE = 300 // milliseconds within which a second click makes a double one
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }
const fine = matchMedia("(pointer: fine)").matches

// A tool: its name and hint, what a drag does (from a grip, or from where it began), what its end tells the page, and
// what the arrow keys do.
const TOOLS = {
  region: {
    name: "Region",
    hint: fine
      ? "Click the nodule to outline it, or drag to draw a box. Corners stretch it, edges move it."
      : "Tap the nodule to outline it. To draw a box with the finger, tap Region first.",
    drag: dragBox, end: endBox, keys: moveBox,
  },
  outline: {
    name: "Outline",
    hint: "Pull the points of the outline; what is measured follows.",
    drag: dragOutline, end: endOutline, keys: moveOutline,
  },
  size: {
    name: "Size",
    hint: "Drag, or click twice, from end to end of the nodule's largest dimension.",
    drag: (viewer, grip, point) => dragRuler(viewer.ruler, grip, point), end: endSize, keys: moveSize,
  },
  scale: {
    name: "Scale",
    hint: "Click two marks on the depth scale at the picture's edge and type how far apart they are.",
    drag: (viewer, grip, point) => dragRuler(viewer.marks, grip, point), end: endScale, keys: moveScale,
  },
  pan: {
    name: "Pan",
    hint: fine
      ? "Drag moves the picture, the wheel enlarges it, a double click shows it all."
      : "Drag moves the picture, two fingers enlarge it, a double tap shows it all.",
    drag: (viewer, grip) => hold(viewer, grip.under, grip.screen), end: () => {},
    keys: moveView,
  },
  window: {
    name: "Window",
    hint: "Drag up or down for brightness, sideways for contrast; a double click restores both.",
    drag: dragLevels, end: () => {}, keys: (viewer, [x, y]) => setLevels(viewer, viewer.levels, x * 0.1, y * 0.05),
  },
}
const FRAMES = { ",": -1, ".": 1 }
const LETTERS = { r: "region", o: "outline", s: "size", c: "scale", p: "pan", w: "window" }

function listen(viewer) {
  const { svg } = viewer
  svg.onpointerdown = (event) => press(viewer, event)
  svg.onpointermove = (event) => move(viewer, event)
  svg.onpointerup = (event) => release(viewer, event)
  svg.onpointercancel = (event) => cancel(viewer, event)
  svg.ondblclick = (event) => twice(viewer, event)
  svg.onkeydown = (event) => key(viewer, event)
  svg.addEventListener("wheel", (event) => wheel(viewer, event), { passive: false })
}

const inside = ({ data }, [x, y]) => [clamp(x, 0, data.width), clamp(y, 0, data.height)]
const marksOf = ({ box, outline, ruler, marks, levels }) => ({ box, outline, ruler: [...ruler], marks: [...marks], levels })

function press(viewer, event) {
  if (event.button || away(viewer)) return
  const screen = [event.clientX, event.clientY]
  if (event.isPrimary) {
    viewer.pointers.clear() // a finger whose end was never told
    viewer.spread = null
  }
  viewer.pointers.set(event.pointerId, screen)
  if (viewer.pointers.size === 2) return pinch(viewer)
  const name = event.target.dataset?.grip ?? "free"
  const finger = event.pointerType === "touch"
  const free = name === "free" && finger && !viewer.held // the thumb scrolls the page; a tap still counts
  viewer.grip = { name, free, from: screen, screen, under: under(viewer, screen), before: marksOf(viewer), moved: false }
  if (!free) viewer.svg.setPointerCapture(event.pointerId)
}

function move(viewer, event) {
  const screen = [event.clientX, event.clientY]
  if (viewer.pointers.has(event.pointerId)) viewer.pointers.set(event.pointerId, screen)
  if (viewer.spread) return spread(viewer)
  const { grip } = viewer
  if (!grip) return
  grip.screen = screen
  grip.moved ||= Math.hypot(screen[0] - grip.from[0], screen[1] - grip.from[1]) > TAP
  if (!grip.moved || grip.free) return
  TOOLS[viewer.tool]?.drag(viewer, grip, inside(viewer, under(viewer, screen)))
  draw(viewer)
}

function release(viewer, event) {
  viewer.pointers.delete(event.pointerId)
  if (viewer.spread) {
    if (!viewer.pointers.size) viewer.spread = null
    return
  }
  const { grip } = viewer
  viewer.grip = null
  if (!grip || (grip.free && grip.moved)) return draw(viewer)
  TOOLS[viewer.tool]?.end(viewer, grip, inside(viewer, under(viewer, [event.clientX, event.clientY])))
  draw(viewer)
}

function cancel(viewer, event) {
  viewer.pointers.delete(event.pointerId)
  if (!viewer.pointers.size) viewer.spread = null
  if (viewer.grip) Object.assign(viewer, viewer.grip.before, { grip: null })
  draw(viewer)
}

// ---- two fingers, wheel, double click ----------------------------------------------------------------------------------

const apart = ([[x1, y1], [x2, y2]]) => Math.hypot(x2 - x1, y2 - y1)
const middle = ([[x1, y1], [x2, y2]]) => [(x1 + x2) / 2, (y1 + y2) / 2]

function pinch(viewer) {
  if (viewer.grip) Object.assign(viewer, viewer.grip.before, { grip: null })
  const fingers = [...viewer.pointers.values()]
  viewer.spread = { apart: Math.max(apart(fingers), 1), wide: viewer.view.w, under: under(viewer, middle(fingers)) }
  draw(viewer)
}

function spread(viewer) {
  const fingers = [...viewer.pointers.values()]
  if (fingers.length < 2) return
  const { view, spread: from } = viewer
  look(viewer, view.x, view.y, (from.wide * from.apart) / Math.max(apart(fingers), 1))
  hold(viewer, from.under, middle(fingers))
  draw(viewer)
}

function wheel(viewer, event) {
  if (viewer.tool !== "pan" && !event.ctrlKey) return // the page scrolls
  event.preventDefault()
  enlarge(viewer, Math.exp(-event.deltaY / (event.ctrlKey ? 100 : 500)), [event.clientX, event.clientY])
  draw(viewer)
}

function twice(viewer, event) {
  event.preventDefault()
  clearTimeout(viewer.clicked)
  if (viewer.tool === "window") viewer.levels = { ...PLAIN }
  else look(viewer, 0, 0, viewer.data.width)
  draw(viewer)
}

function moveView(viewer, [x, y]) {
  const { view } = viewer
  look(viewer, view.x + (x * view.w) / 10, view.y + (y * view.h) / 10, view.w)
}

// ---- region ------------------------------------------------------------------------------------------------------------

function dragBox(viewer, { name, under: start, before: { box } }, point) {
  if (name === "box") viewer.box = shifted(viewer.data, box, point[0] - start[0], point[1] - start[1])
  else if (name === "free") viewer.box = between(inside(viewer, start), point)
  else viewer.box = between(opposite(name, box), point)
}

function endBox(viewer, { name, moved, before }, point) {
  const { box } = viewer
  const drawn = moved && box[2] >= SMALLEST && box[3] >= SMALLEST
  if (!drawn) viewer.box = before.box
  if (drawn) viewer.tell("box", box)
  else if (name === "free") click(viewer, point)
}

function click(viewer, point) {
  const whole = viewer.view.w === viewer.data.width // then a double click has nothing to do, and none is waited for
  clearTimeout(viewer.clicked)
  viewer.clicked = setTimeout(() => viewer.tell("click", point), whole ? 0 : TWICE)
}

function moveBox(viewer, [x, y], event) {
  const { box, data } = viewer
  if (!box) return
  const [left, top, w, h] = box
  const sides = [clamp(w + 2 * x, SMALLEST, data.width - left), clamp(h + 2 * y, SMALLEST, data.height - top)]
  viewer.box = event.shiftKey ? [left, top, ...sides] : shifted(data, box, 2 * x, 2 * y)
  later(viewer, () => viewer.tell("box", viewer.box))
}

// ---- outline -----------------------------------------------------------------------------------------------------------

function dragOutline(viewer, { name, under: start, before: { outline } }, point) {
  if (name.startsWith("point")) {
    viewer.outline = pulled(outline, Number(name.slice(5)), [point[0] - start[0], point[1] - start[1]])
      .map((one) => inside(viewer, one))
  }
}

function endOutline(viewer, { name, moved }) {
  if (moved && name.startsWith("point")) tellOutline(viewer)
}

function moveOutline(viewer, step, event) {
  const name = event.target.dataset?.grip ?? ""
  if (!name.startsWith("point") || !viewer.outline) return
  viewer.outline = pulled(viewer.outline, Number(name.slice(5)), step).map((one) => inside(viewer, one))
  later(viewer, () => tellOutline(viewer))
}

function tellOutline(viewer) {
  viewer.tell("outline", viewer.outline.map((point) => point.map(tenth)))
}

// ---- ruler and scale -----------------------------------------------------------------------------------------------------

function dragRuler(points, { name, under: start }, point) {
  if (name.startsWith("end")) points[Number(name.slice(3))] = point.map(tenth)
  else points.splice(0, 2, start.map(tenth), point.map(tenth))
}

function laid(points, { name, moved }, point) {
  if (!moved && name === "free") points.splice(0, 2, ...(points.length === 1 ? points : []), point.map(tenth))
}

function endSize(viewer, grip, point) {
  laid(viewer.ruler, grip, point)
  if (viewer.ruler.length === 2) viewer.tell("line", viewer.ruler)
}

function endScale(viewer, grip, point) {
  laid(viewer.marks, grip, point)
}

function moveEnd(viewer, points, [x, y], event) {
  const { width, height } = viewer.data
  if (points.length < 2) points.splice(0, 2, [width / 3, height / 2], [(2 * width) / 3, height / 2])
  const end = points[Number((event.target.dataset?.grip ?? "end1").slice(3))]
  if (end) [end[0], end[1]] = inside(viewer, [end[0] + x, end[1] + y])
}

function moveSize(viewer, step, event) {
  moveEnd(viewer, viewer.ruler, step, event)
  later(viewer, () => viewer.tell("line", viewer.ruler))
}

function moveScale(viewer, step, event) {
  moveEnd(viewer, viewer.marks, step, event)
}

// ---- grey levels ---------------------------------------------------------------------------------------------------------

function dragLevels(viewer, { from, screen, before }) {
  setLevels(viewer, before.levels, (screen[0] - from[0]) / 200, (screen[1] - from[1]) / 400)
}

function setLevels(viewer, { level, width }, sideways, down) {
  viewer.levels = { level: clamp(level + down, 0.02, 0.98), width: clamp(width * Math.exp(sideways), 0.04, 4) }
}

// ---- keys ------------------------------------------------------------------------------------------------------------------

function key(viewer, event) {
  const { data } = viewer
  const { tools } = data
  const letter = event.key.toLowerCase()
  const tool = tools.find((name) => LETTERS[letter] === name)
  const step = ARROWS[event.key]
  if ((event.ctrlKey || event.metaKey) && letter === "z") viewer.tell("undo", Date.now())
  else if (event.ctrlKey || event.metaKey || event.altKey) return
  else if (tool) choose(viewer, tool, false)
  else if (data.film && FRAMES[letter]) turn(viewer, viewer.frame + FRAMES[letter])
  else if (letter === "m") viewer.map.elements.shown.click()
  else if (letter === "+" || letter === "=") enlarge(viewer, 1.25, centre(viewer))
  else if (letter === "-") enlarge(viewer, 0.8, centre(viewer))
  else if (letter === "0") look(viewer, 0, 0, viewer.data.width)
  else if (letter === "enter" && viewer.tool === "region") enter(viewer)
  else if (step && viewer.tool) TOOLS[viewer.tool].keys(viewer, step, event)
  else return
  event.preventDefault()
  event.stopPropagation() // R and C are keys of the page, too
  draw(viewer)
}

function centre({ svg }) {
  const place = svg.getBoundingClientRect()
  return [place.left + place.width / 2, place.top + place.height / 2]
}

// What a click does, for those who have no mouse: in the middle of the region, or of the picture.
function enter(viewer) {
  const [x, y, w, h] = viewer.box ?? [0, 0, viewer.data.width, viewer.data.height]
  viewer.tell("click", [x + w / 2, y + h / 2])
}

function later(viewer, act) {
  clearTimeout(viewer.pause)
  viewer.pause = setTimeout(act, PAUSE)
}
