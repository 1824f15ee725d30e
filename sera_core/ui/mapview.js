// A frame with a heatmap over the part that the network saw. Opacity and on/off are the browser's own: no rerun.

const NUMBERS = ["x", "y", "width", "height"]

export default function ({ data, parentElement }) {
  const [svg, form] = parentElement.querySelectorAll("svg, form")
  const [frame, heat, seen, outline] = svg.children
  svg.setAttribute("viewBox", `0 0 ${data.width} ${data.height}`)
  svg.setAttribute("aria-label", data.label)
  place(frame, data.picture, [0, 0, data.width, data.height])
  place(heat, data.heat, data.seen)
  data.seen.forEach((value, k) => seen.setAttribute(NUMBERS[k], value))
  outline.setAttribute("points", data.outline.map((point) => point.join(",")).join(" "))
  form.querySelector(".bar").style.background = `linear-gradient(to right, ${data.colours.join(",")})`
  const { shown, opacity } = form.elements
  const draw = () => heat.setAttribute("opacity", shown.checked ? opacity.value / 100 : 0)
  form.oninput = draw
  form.onsubmit = (event) => event.preventDefault()
  draw()
}

function place(image, address, [x, y, width, height]) {
  if (image.getAttribute("href") !== address) image.setAttribute("href", address)
  image.setAttribute("preserveAspectRatio", "none")
  ;[x, y, width, height].forEach((value, k) => image.setAttribute(NUMBERS[k], value))
}
