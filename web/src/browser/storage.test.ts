import { afterEach, describe, expect, it, vi } from "vitest"
import { readText, storedState } from "./storage.ts"

const counted = (key: string) =>
  storedState(key, (kept) => (kept === null ? 0 : Number.parseInt(String(kept), 10) || 0))

afterEach(() => vi.restoreAllMocks())

describe("what is kept", () => {
  it("outlives a reload", () => {
    counted("n").set(7)
    expect(readText("n")).toBe("7")
    expect(counted("n").get()).toBe(7)
  })

  it("begins anew when it is spoilt", () => {
    localStorage.setItem("n", "{not JSON")
    expect(counted("n").get()).toBe(0)
  })

  it("costs nothing else when the store is forbidden or full", () => {
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
