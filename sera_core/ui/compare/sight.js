// Tells once when this place comes within about a screen of what the reader sees.

const AHEAD = "1200px 0px"
const watched = new WeakMap()

export default function ({ parentElement, setTriggerValue }) {
  if (!watched.has(parentElement)) {
    const host = parentElement.host ?? parentElement
    const watch = new IntersectionObserver(
      (seen) => {
        if (!seen.some((one) => one.isIntersecting)) return
        watch.disconnect()
        setTriggerValue("near", true)
      },
      { root: scroller(host), rootMargin: AHEAD }, // the margin counts from the part that scrolls, not the window
    )
    watch.observe(host)
    watched.set(parentElement, watch)
  }
  return () => {
    watched.get(parentElement)?.disconnect()
    watched.delete(parentElement)
  }
}

function scroller(element) {
  for (let one = element.parentElement; one; one = one.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(one).overflowY)) return one
  }
  return null
}
