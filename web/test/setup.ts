import "@testing-library/jest-dom/vitest"
import { cleanup, configure } from "@testing-library/react"
import { afterEach, vi } from "vitest"

// A loaded machine is slow.
configure({ asyncUtilTimeout: 5_000 })

afterEach(() => {
  cleanup()
  globalThis.localStorage?.clear()
  vi.unstubAllGlobals()
})

// jsdom has no scrolling and no ResizeObserver.
if ("window" in globalThis) window.scrollTo = () => {}
globalThis.ResizeObserver ??= class {
  observe() {}
  unobserve() {}
  disconnect() {}
}

// Nor can it read files as browsers do.
if ("window" in globalThis && !Blob.prototype.arrayBuffer) {
  Blob.prototype.arrayBuffer = function () {
    return new Promise((resolve, reject) => {
      const reader = new FileReader()
      reader.onload = () => resolve(reader.result as ArrayBuffer)
      reader.onerror = () => reject(reader.error)
      reader.readAsArrayBuffer(this)
    })
  }
  Blob.prototype.text = async function () {
    return new TextDecoder().decode(await this.arrayBuffer())
  }
}
