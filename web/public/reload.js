// The page's own code did not come, as when the network changed under it: it is loaded once more, and if that fails too, no
// more for a while.
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
