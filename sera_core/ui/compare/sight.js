// Tells when this place comes within about a screen of what the reader sees, until it has been drawn and is gone.

const AHEAD = "1200px 0px"
const APART = 150 // ms; places and buttons that tell at the same moment are taken for one, and the others are lost
const AGAIN = 4000 // ms; a call may be lost while the page is busy
const watched = new WeakMap()
let last = 0 // when a place told, or a hand pressed something
for (const press of ["pointerdown", "click", "keydown"]) {
  addEventListener(press, () => (last = performance.now()), true)
}

export default function ({ parentElement, setTriggerValue }) {
  if (!watched.has(parentElement)) watched.set(parentElement, watch(parentElement.host ?? parentElement))
  const place = watched.get(parentElement)
  place.tell = () => setTriggerValue("near", true)
  return () => {
    place.stop()
    watched.delete(parentElement)
  }
}

function watch(element) {
  const place = { tell: null, timer: 0 }
  const call = () => {
    const early = last + APART - performance.now()
    if (early <= 0) {
      last = performance.now()
      place.tell()
    }
    place.timer = setTimeout(call, early > 0 ? early : AGAIN)
  }
  const eye = new IntersectionObserver(
    (seen) => {
      clearTimeout(place.timer)
      if (seen.at(-1).isIntersecting) place.timer = setTimeout(call, APART) // whoever scrolled here may press next
    },
    { root: scroller(element), rootMargin: AHEAD }, // the margin counts from the part that scrolls, not the window
  )
  eye.observe(element)
  place.stop = () => {
    clearTimeout(place.timer)
    eye.disconnect()
  }
  return place
}

function scroller(element) {
  for (let one = element.parentElement; one; one = one.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(one).overflowY)) return one
  }
  return null
}
