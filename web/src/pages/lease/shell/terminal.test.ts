import { describe, expect, it } from "vitest"
import { withNonce } from "./terminal.ts"

describe("styles that a library makes", () => {
  it("carry the nonce, and only while they are made", () => {
    const [style, div] = withNonce("abc", () => [
      document.createElement("style"),
      document.createElement("div"),
    ])
    expect([style!.nonce, div!.nonce || ""]).toEqual(["abc", ""])
    expect(document.createElement("style").nonce || "").toBe("")
    expect(Object.hasOwn(document, "createElement")).toBe(false)
  })

  it("leave the document as it was when making fails", () => {
    const fail = () => {
      throw new Error("no room")
    }
    expect(() => withNonce("abc", fail)).toThrow("no room")
    expect(Object.hasOwn(document, "createElement")).toBe(false)
  })
})
