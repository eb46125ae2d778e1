import "@testing-library/jest-dom/vitest"
import { cleanup } from "@testing-library/react"
import { afterEach, vi } from "vitest"

afterEach(() => {
  cleanup()
  globalThis.localStorage?.clear()
  vi.unstubAllGlobals()
})

// jsdom has no layout to scroll, and no observer of sizes.
if ("window" in globalThis) window.scrollTo = () => {}
globalThis.ResizeObserver ??= class {
  observe() {}
  unobserve() {}
  disconnect() {}
}
