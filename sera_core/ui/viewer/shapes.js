// ---- shapes on the picture, in its pixels ----------------------------------------------------------------------------

const SMALLEST = 8 // sides of a region
const HANDLES = 16 // points of an outline that can be pulled
const BETWEEN = 6 // points of the outline from one handle to the next

const clamp = (value, low, high) => Math.min(Math.max(value, low), high)
const tenth = (value) => Math.round(value * 10) / 10

function between([x1, y1], [x2, y2]) {
  const [left, top] = [Math.round(Math.min(x1, x2)), Math.round(Math.min(y1, y2))]
  return [left, top, Math.round(Math.max(x1, x2)) - left, Math.round(Math.max(y1, y2)) - top]
}

function opposite(name, [x, y, w, h]) {
  return [name.includes("w") ? x + w : x, name.includes("n") ? y + h : y]
}

function shifted({ width, height }, [x, y, w, h], across, down) {
  return [clamp(Math.round(x + across), 0, width - w), clamp(Math.round(y + down), 0, height - h), w, h]
}

// So many points, evenly spaced along a closed line.
function resampled(corners, number) {
  const ends = corners.map((_, i) => corners[(i + 1) % corners.length])
  const lengths = corners.map(([x, y], i) => Math.hypot(ends[i][0] - x, ends[i][1] - y))
  const step = lengths.reduce((sum, length) => sum + length, 0) / number
  const points = []
  let [edge, gone] = [0, 0]
  for (let k = 0; k < number; k++) {
    while (edge < corners.length - 1 && gone + lengths[edge] < k * step) gone += lengths[edge++]
    const share = lengths[edge] ? (k * step - gone) / lengths[edge] : 0
    points.push([0, 1].map((axis) => corners[edge][axis] + share * (ends[edge][axis] - corners[edge][axis])))
  }
  return points
}

// A closed line with one of its handles pulled: its neighbours follow, the less the farther along the line they are.
function pulled(points, handle, [across, down]) {
  const reach = 1.5 * BETWEEN
  return points.map(([x, y], i) => {
    const way = Math.abs(i - handle * BETWEEN)
    const far = Math.min(way, points.length - way) / reach
    const follows = far < 1 ? Math.cos((far * Math.PI) / 2) ** 2 : 0
    return [x + follows * across, y + follows * down]
  })
}

// The greatest distance between two points, and the extent at right angles to it, by the scale (row, column).
function diameters(points, [row, column]) {
  const scaled = points.map(([x, y]) => [x * column, y * row])
  let long = [0, 0, 0]
  for (const [x1, y1] of scaled) {
    for (const [x2, y2] of scaled) {
      const length = Math.hypot(x2 - x1, y2 - y1)
      if (length > long[0]) long = [length, (x2 - x1) / length, (y2 - y1) / length]
    }
  }
  const aside = scaled.map(([x, y]) => y * long[1] - x * long[2])
  return [long[0], Math.max(...aside) - Math.min(...aside)]
}

function length([[x1, y1], [x2, y2]], [row, column]) {
  return Math.hypot((x2 - x1) * column, (y2 - y1) * row)
}
