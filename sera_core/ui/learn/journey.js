// The stations of the network in a row; a click or Enter opens the chapter that takes a station apart.

export default function ({ data, parentElement, setTriggerValue }) {
  const list = parentElement.querySelector("ol")
  list.replaceChildren(...data.stops.map((stop) => station(stop, stop.chapter === data.here, setTriggerValue)))
  const here = list.querySelector("[aria-current]")
  const middle = () => {
    list.parentElement.scrollLeft = here.parentElement.offsetLeft - list.parentElement.clientWidth / 2 + 42
  }
  if (here) requestAnimationFrame(middle) // once it is laid out
}

function station({ chapter, title, picture, size }, here, setTriggerValue) {
  const item = document.createElement("li")
  const button = item.appendChild(document.createElement("button"))
  button.type = "button"
  button.title = here ? "You are here" : `Chapter ${chapter}`
  if (here) button.setAttribute("aria-current", "step")
  else button.onclick = () => setTriggerValue("go", chapter)
  if (picture) {
    const image = button.appendChild(document.createElement("img"))
    Object.assign(image, { src: picture, alt: "" })
  } else {
    const word = button.appendChild(document.createElement("span"))
    word.className = "word"
    word.textContent = size.includes("%") ? size : "⟲"
  }
  button.append(title)
  const small = button.appendChild(document.createElement("small"))
  small.textContent = picture ? size : size.includes("%") ? "malignant" : size
  return item
}
