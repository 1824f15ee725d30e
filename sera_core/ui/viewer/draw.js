// ---- what is seen ----------------------------------------------------------------------------------------------------

const SVG = "http://www.w3.org/2000/svg"
const PLAIN = { level: 0.5, width: 1 } // grey levels 0 ... 1: the middle of the window, and its width
const CLOSEST = 12 // times that the picture can be enlarged

function draw(viewer) {
  const { svg, data, tool, map } = viewer
  if (!data) return
  svg.setAttribute("aria-label", data.label)
  svg.dataset.tool = tool
  svg.style.setProperty("--ink", data.ink)
  svg.toggleAttribute("data-held", viewer.held)
  svg.dataset.box = (viewer.box ?? []).join(",")
  svg.dataset.outline = JSON.stringify((viewer.outline ?? []).map((point) => point.map(tenth)))
  const passes = away(viewer)
  place(svg.querySelector(".picture"), passes ? passing(viewer) : data.picture, [0, 0, data.width, data.height])
  drawFrames(viewer)
  drawLevels(viewer)
  drawHeat(viewer)
  const focused = svg.getRootNode().activeElement?.dataset?.grip
  const ink = passes ? [] : [...drawSeen(viewer), ...drawBox(viewer), ...drawOutline(viewer), ...drawRuler(viewer)]
  svg.lastElementChild.replaceChildren(...ink)
  if (focused) svg.querySelector(`[data-grip="${focused}"]`)?.focus()
  viewer.distance.hidden = tool !== "scale"
  viewer.distance.querySelector("button").disabled = viewer.marks.length < 2 || length(viewer.marks, [1, 1]) < SMALLEST
  viewer.mapped ||= Boolean(data.heat)
  map.hidden = !viewer.mapped
  map.style.visibility = data.heat ? "visible" : "hidden" // its place stays while another map is made
  for (const button of viewer.bar.querySelectorAll("[data-tool]")) {
    button.setAttribute("aria-pressed", button.dataset.tool === tool)
  }
  const undo = viewer.bar.querySelector(".undo")
  if (undo) undo.disabled = !data.undo
  say(viewer)
}

function drawBar(viewer) {
  const { tools } = viewer.data
  const buttons = tools.map((name) => button(TOOLS[name].name, () => choose(viewer, name, true), { tool: name }))
  const undo = button("Undo", () => viewer.tell("undo", Date.now()), {})
  undo.className = "undo"
  undo.title = "Ctrl + Z"
  const needed = tools.includes("region") ? [...buttons, undo] : buttons
  viewer.bar.hidden = tools.length < 2
  viewer.bar.replaceChildren(...(viewer.bar.hidden ? [] : needed))
}

function button(text, act, data) {
  const made = document.createElement("button")
  made.type = "button"
  made.textContent = text
  made.onclick = act
  Object.assign(made.dataset, data)
  return made
}

function drawLevels({ svg, levels: { level, width } }) {
  for (const part of svg.querySelectorAll("feComponentTransfer > *")) {
    part.setAttribute("slope", 1 / width)
    part.setAttribute("intercept", 0.5 - level / width)
  }
}

function heated(viewer) {
  const { data, map, box } = viewer
  return data.heat && !away(viewer) && map.elements.shown.checked && (box ?? []).join() === (data.box ?? []).join()
}

function drawHeat(viewer) {
  const { svg, data, map } = viewer
  const heat = svg.querySelector(".heat")
  heat.setAttribute("opacity", heated(viewer) ? map.elements.opacity.value / 100 : 0)
  if (!data.heat) return
  place(heat, data.heat, data.seen)
  map.querySelector(".colours").style.background = `linear-gradient(to right, ${data.colours.join(",")})`
}

function place(image, address, [x, y, width, height]) {
  if (image.getAttribute("href") !== address) image.setAttribute("href", address)
  for (const [key, value] of Object.entries({ x, y, width, height, preserveAspectRatio: "none" })) {
    image.setAttribute(key, value)
  }
}

function drawSeen(viewer) {
  if (!heated(viewer)) return []
  const [x, y, width, height] = viewer.data.seen
  return [element("rect", { x, y, width, height, class: "seen" })]
}

function drawBox(viewer) {
  if (!viewer.box) return []
  const [x, y, width, height] = viewer.box
  const shape = { x, y, width, height }
  const lines = [element("rect", { ...shape, class: "halo" }), element("rect", { ...shape, class: "frame" })]
  if (viewer.tool !== "region") return lines
  const where = `left ${x}, top ${y}, width ${width}, height ${height} pixels`
  const label = `Region: ${where}. Arrow keys move it, with Shift they stretch it.`
  const border = grip(element("rect", shape), "box", "border", label)
  const corners = { nw: [x, y], ne: [x + width, y], sw: [x, y + height], se: [x + width, y + height] }
  const near = Math.max(Math.min(20, Math.min(width, height) / unit(viewer) / 3), 8)
  return [...lines, border, ...Object.entries(corners).flatMap(([name, at]) => knob(viewer, name, at, near, name))]
}

function drawOutline(viewer) {
  const { outline, data, tool } = viewer
  if (!outline || viewer.box?.join() !== data.box?.join()) return [] // an outline belongs to the region it was drawn in
  const d = `M${outline.map((point) => point.map(tenth).join(" ")).join("L")}Z`
  const lines = [
    element("path", { d, class: "halo" }),
    element("path", { d, class: data.sure ? "outline" : "outline unsure" }),
  ]
  if (tool !== "outline") return lines
  const handles = outline.filter((_, i) => i % BETWEEN === 0)
  return [...lines, ...handles.flatMap((at, i) => knob(viewer, `point${i}`, at, 14, "point"))]
}

function drawRuler(viewer) {
  const { tool, data } = viewer
  const points = tool === "scale" ? viewer.marks : viewer.ruler
  if (!points.length) return []
  const ends = ["size", "scale"].includes(tool) ? points.flatMap((at, i) => knob(viewer, `end${i}`, at, 18, "end")) : []
  if (points.length < 2) return ends
  const [[x1, y1], [x2, y2]] = points
  const line = { x1, y1, x2, y2 }
  const drawn = [element("line", { ...line, class: "halo" }), element("line", { ...line, class: "ruler" }), ...ends]
  if (!data.scale || tool === "scale") return drawn
  const small = unit(viewer)
  const words = element("text", { x: x2 + 10 * small, y: y2 - 8 * small, "font-size": 14 * small, class: "length" })
  words.textContent = `${length(points, data.scale).toFixed(1)} mm`
  if (x2 > data.width * 0.8) words.setAttribute("text-anchor", "end")
  return [...drawn, words]
}

function knob(viewer, name, [cx, cy], reach, kind) {
  const small = unit(viewer)
  const told = { end: "End of the ruler", point: "Point of the outline" }[kind] ?? "Corner of the region"
  return [
    element("circle", { cx, cy, r: 5 * small, class: "knob" }),
    grip(element("circle", { cx, cy, r: reach * small }), name, kind, `${told}. Arrow keys move it.`),
  ]
}

function grip(shape, name, kind, label) {
  shape.setAttribute("class", `grip ${kind}`)
  shape.setAttribute("tabindex", "0")
  shape.setAttribute("role", "button")
  shape.setAttribute("aria-label", label)
  shape.dataset.grip = name
  return shape
}

function element(name, attributes) {
  const made = document.createElementNS(SVG, name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  return made
}

// ---- words -----------------------------------------------------------------------------------------------------------

function say(viewer) {
  const said = (viewer.grip?.moved ? told(viewer) : TOOLS[viewer.tool]?.hint) || ""
  viewer.says.hidden = viewer.data.tools.length < 2
  if (viewer.says.textContent !== said) viewer.says.textContent = said
}

function told(viewer) {
  const { data, levels } = viewer
  const [scale, unit] = data.scale ? [data.scale, "mm"] : [[1, 1], "pixels"]
  const both = (numbers) => `${numbers.map((number) => number.toFixed(data.scale ? 1 : 0)).join(" × ")} ${unit}`
  const points = viewer.tool === "scale" ? viewer.marks : viewer.ruler
  switch (viewer.tool) {
    case "region": return viewer.box && both([viewer.box[2] * scale[1], viewer.box[3] * scale[0]])
    case "outline": return viewer.outline && both(diameters(viewer.outline, scale))
    case "size": return points.length > 1 && both([length(points, scale)])
    case "scale": return points.length > 1 && `${length(points, [1, 1]).toFixed(0)} pixels`
    case "pan": return `${(data.width / viewer.view.w).toFixed(1)} times enlarged`
    case "window": return `Level ${Math.round(levels.level * 255)}, width ${Math.round(levels.width * 255)} of 255 grey levels`
  }
}

// ---- the part that is seen ---------------------------------------------------------------------------------------------

// Picture pixels per screen pixel.
function unit({ svg, data }) {
  const scale = svg.getScreenCTM()?.a
  return scale ? 1 / scale : data.width / 640
}

function look(viewer, x, y, wide) {
  const { width, height } = viewer.data
  const w = clamp(wide, width / CLOSEST, width)
  const h = (w * height) / width
  viewer.view = { x: clamp(x, 0, width - w), y: clamp(y, 0, height - h), w, h }
  viewer.svg.setAttribute("viewBox", `${viewer.view.x} ${viewer.view.y} ${w} ${h}`)
}

// Move the picture until this point of it lies under a place of the screen.
function hold(viewer, [x, y], screen) {
  const here = under(viewer, screen)
  look(viewer, viewer.view.x + x - here[0], viewer.view.y + y - here[1], viewer.view.w)
}

function enlarge(viewer, times, screen) {
  const point = under(viewer, screen)
  look(viewer, viewer.view.x, viewer.view.y, viewer.view.w / times)
  hold(viewer, point, screen)
}

function under({ svg }, [x, y]) {
  const point = new DOMPoint(x, y).matrixTransform(svg.getScreenCTM().inverse())
  return [point.x, point.y]
}
