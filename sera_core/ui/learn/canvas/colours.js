
// ---- colours, shared by the canvases ---------------------------------------------------------------------------

const clamp = (x, low, high) => Math.min(Math.max(x, low), high)
const rgb = (hex) => [1, 3, 5].map((k) => parseInt(hex.slice(k, k + 2), 16))

// The colour a share of the way along the stops, each [red, green, blue].
function mix(stops, share) {
  const place = clamp(share, 0, 1) * (stops.length - 1)
  const first = Math.min(Math.floor(place), stops.length - 2)
  const [a, b] = [stops[first], stops[first + 1]]
  return a.map((part, k) => Math.round(part + (b[k] - part) * (place - first)))
}
