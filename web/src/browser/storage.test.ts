import { afterEach, describe, expect, it, vi } from "vitest"
import { readText, storedState } from "./storage.ts"

const counted = (key: string) =>
  storedState(key, (kept) => (kept === null ? 0 : Number.parseInt(String(kept), 10) || 0))

afterEach(() => vi.restoreAllMocks())

describe("stored state", () => {
  it("survives a reload", () => {
    counted("n").set(7)
    expect(readText("n")).toBe("7")
    expect(counted("n").get()).toBe(7)
  })

  it("starts from the default when it is corrupt", () => {
    localStorage.setItem("n", "{not JSON")
    expect(counted("n").get()).toBe(0)
  })

  it("works in memory when localStorage is forbidden or full", () => {
    const forbidden = () => {
      throw new DOMException("denied", "SecurityError")
    }
    vi.spyOn(Storage.prototype, "getItem").mockImplementation(forbidden)
    vi.spyOn(Storage.prototype, "setItem").mockImplementation(forbidden)
    const shelf = counted("n")
    shelf.set(3)
    expect(shelf.get()).toBe(3)
  })
})
