// A picture and everything that hands do to it: a region, an outline, a ruler, a scale, what part of it is seen, how
// dark, and a heatmap over it. Everything is drawn and reported in pixels of the picture; only what a network or the
// page must answer is told to the page.

const viewers = new WeakMap()
const FAR = [1, 200] // mm that two marks may be apart

// A browser's own field for numbers drops a decimal comma, or a decimal point, by its language.
const typed = ({ value }) => Number(value.replace(",", "."))

export default function ({ data, parentElement, setTriggerValue }) {
  if (!viewers.has(parentElement)) viewers.set(parentElement, opened(parentElement))
  const viewer = viewers.get(parentElement)
  viewer.tell = setTriggerValue
  receive(viewer, data)
  return () => {
    viewer.watch.disconnect()
    window.removeEventListener("sera-later", viewer.later)
    viewers.delete(parentElement)
  }
}

function opened(root) {
  const find = (name) => root.querySelector(name)
  const viewer = {
    bar: find(".bar"), svg: find("svg"), says: find(".says"), distance: find(".distance"), map: find(".map"), frames: find(".frames"),
    data: null, frame: 0, turning: 0, mapped: false, tool: "", held: false, grip: null, pointers: new Map(), levels: { ...PLAIN },
    box: null, outline: null, ruler: [], marks: [],
  }
  viewer.watch = new ResizeObserver(() => draw(viewer))
  viewer.watch.observe(viewer.svg)
  listen(viewer)
  listenFrames(viewer)
  viewer.later = () => viewer.sent && receive(viewer, viewer.sent)
  window.addEventListener("sera-later", viewer.later)
  viewer.map.oninput = () => draw(viewer)
  viewer.map.onsubmit = (event) => event.preventDefault()
  const { mm } = viewer.distance.elements
  viewer.distance.oninput = () => mm.setCustomValidity(FAR[0] <= typed(mm) && typed(mm) <= FAR[1] ? "" : FAR.join(" to ") + " mm, like 10 or 12,5")
  viewer.distance.onsubmit = (event) => {
    event.preventDefault()
    viewer.tell("scale", { points: viewer.marks, mm: typed(mm) })
    viewer.marks = []
    draw(viewer)
  }
  return viewer
}

// What came after the picture, as long as it belongs to what is shown.
function came(what, of) {
  const found = window.seraLater?.[what]
  return found?.of === of ? found.parts : {}
}

function receive(viewer, sent) {
  const data = { ...sent, ...came(`heat ${sent.key}`, sent.of) }
  viewer.sent = sent
  const { box, outline, line, picture, tools } = data
  const turned = data.film && data.film === viewer.data?.film // another frame of a loop is looked at as the last one
  const another = viewer.data?.picture !== picture && !turned
  receiveFrame(viewer, data)
  const asked = JSON.stringify([box, outline, line, picture])
  viewer.data = data
  if (!tools.includes(viewer.tool)) viewer.tool = tools[0] ?? ""
  if (another) {
    viewer.levels = { ...PLAIN }
    viewer.marks = []
    look(viewer, 0, 0, data.width)
    drawBar(viewer)
  }
  if (viewer.asked !== asked) { // a page drawn again for another reason leaves half a ruler where it is
    viewer.asked = asked
    viewer.grip = null
    viewer.box = box && [...box]
    viewer.outline = outline && resampled(outline, HANDLES * BETWEEN)
    viewer.ruler = (line ?? []).map((point) => [...point])
  }
  draw(viewer)
}

function choose(viewer, tool, held) {
  viewer.held = held && !(viewer.held && viewer.tool === tool) // the same tool again gives the finger back to the page
  viewer.tool = tool
  draw(viewer)
}
