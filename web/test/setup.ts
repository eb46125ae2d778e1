import "@testing-library/jest-dom/vitest"
import { cleanup, configure } from "@testing-library/react"
import { afterEach, vi } from "vitest"

// A busy machine is late, and no less right.
configure({ asyncUtilTimeout: 5_000 })

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
