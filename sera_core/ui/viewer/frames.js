// ---- the frames of a loop ------------------------------------------------------------------------------------------------

// The browser turns them by the small pictures it was sent; the page is told where hands come to rest.
const away = ({ data, frame }) => data.film && frame !== data.frame

function listenFrames(viewer) {
  const { frames } = viewer
  frames.onsubmit = (event) => event.preventDefault()
  frames.oninput = () => turn(viewer, Number(frames.elements.frame.value) - 1)
  frames.elements.before.onclick = () => turn(viewer, viewer.frame - 1)
  frames.elements.next.onclick = () => turn(viewer, viewer.frame + 1)
}

function turn(viewer, frame) {
  viewer.frame = clamp(frame, 0, viewer.data.frames - 1)
  clearTimeout(viewer.turning)
  viewer.turning = setTimeout(() => {
    viewer.turning = 0
    if (away(viewer)) viewer.tell("frame", viewer.frame)
  }, PAUSE)
  draw(viewer)
}

// The page has another frame, or keeps the one it has: unless hands have gone on meanwhile, that is the one to see.
function receiveFrame(viewer, data) {
  const { data: before, frame } = viewer
  const another = before?.film !== data.film
  if (another) {
    clearTimeout(viewer.turning)
    viewer.turning = 0
  }
  if (another || (!viewer.turning && (before.frame !== data.frame || frame === data.unused))) viewer.frame = data.frame
}

// What is shown until the page has the frame: its small picture, or that of the nearest one.
function passing({ data, frame }) {
  const pictures = came("film", data.film)
  const far = (number) => Math.abs(Number(number) - frame)
  const nearest = Object.keys(pictures).reduce((best, one) => (far(one) < far(best) ? one : best), Infinity)
  return pictures[nearest] ?? data.picture
}

function drawFrames({ frames, data, frame }) {
  frames.hidden = !data.film
  if (frames.hidden) return
  const { frame: slider, before, next, at } = frames.elements
  slider.max = data.frames
  slider.value = frame + 1
  before.disabled = frame === 0
  next.disabled = frame === data.frames - 1
  at.value = `${frame + 1} of ${data.frames}`
  slider.setAttribute("aria-valuetext", at.value)
}
