// The page's own code did not come, as when the network changed under it: once more, and then it is told.
;(function () {
  addEventListener(
    "error",
    function (event) {
      if (!(event.target instanceof HTMLScriptElement) || sessionStorage.getItem("tidemark.again")) return
      sessionStorage.setItem("tidemark.again", "1")
      setTimeout(function () {
        location.reload()
      }, 500)
    },
    true,
  )
  addEventListener("load", function () {
    if (document.getElementById("root").childElementCount) sessionStorage.removeItem("tidemark.again")
  })
})()
