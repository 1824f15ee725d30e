// Saves a file that came in the page's own message; a page drawn again may show the same message again.

const saved = new Set()
const LATER = 60000 // ms; by then the browser has taken the file

export default function ({ data }) {
  if (!data || saved.has(data.press)) return
  saved.add(data.press)
  const bytes = Uint8Array.from(atob(data.content), (letter) => letter.charCodeAt(0))
  const link = document.createElement("a")
  link.href = URL.createObjectURL(new Blob([bytes], { type: data.kind }))
  link.download = data.name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), LATER)
}
