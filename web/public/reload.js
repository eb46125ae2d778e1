// Reloads the page once when its own code failed to load, for example because of a network change; at most once in a
// while.
;(function () {
  var KEY = "tidemark.again"
  addEventListener(
    "error",
    function (event) {
      if (!(event.target instanceof HTMLScriptElement)) return
      if (Date.now() - Number(sessionStorage.getItem(KEY)) < 30000) return
      sessionStorage.setItem(KEY, String(Date.now()))
      setTimeout(function () {
        location.reload()
      }, 500)
    },
    true,
  )
})()
