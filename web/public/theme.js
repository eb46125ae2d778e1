// Sets the theme before the first paint: the user's choice, otherwise the system's.
;(function () {
  var chosen = null
  try {
    chosen = localStorage.getItem("tidemark.theme")
  } catch (_) {}
  var dark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches
  document.documentElement.dataset.theme = dark ? "dark" : "light"
})()
