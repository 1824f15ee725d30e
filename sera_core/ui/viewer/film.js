// Lays the pictures of a loop where every viewer of the page finds them.

export default function ({ data }) {
  window.seraFilm = data
  window.dispatchEvent(new Event("sera-film"))
}
