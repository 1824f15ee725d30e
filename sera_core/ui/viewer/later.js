// Lays what comes after a picture where every viewer of the page finds it, as long as the page shows it.

export default function ({ data }) {
  window.seraLater ??= {}
  window.seraLater[data.what] = data
  window.dispatchEvent(new Event("sera-later"))
  return () => delete window.seraLater[data.what]
}
