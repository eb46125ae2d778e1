// @vitest-environment node
import { describe, expect, it } from "vitest"
import { onlyCall, recorder } from "../../../test/wallet.ts"
import { setAttributes } from "./setAttributes.ts"

describe("setAttributes", () => {
  it("writes words as 32 bytes", async () => {
    const { wallet, sent } = recorder()
    await setAttributes(wallet, { attributes: ["region=eu"] })
    expect(onlyCall(sent)).toEqual({
      name: "setAttributes",
      args: [["0x726567696f6e3d65750000000000000000000000000000000000000000000000"]],
      value: 0n,
    })
  })

  it("does not prompt the wallet when the market refuses", async () => {
    const { wallet, sent } = recorder({ refusal: "TooMany", arguments: [33n, 32n] })
    await expect(setAttributes(wallet, { attributes: ["region=eu"] })).rejects.toThrow()
    expect(sent).toEqual([])
  })

  it("refuses a word that is longer than 32 bytes", async () => {
    const { wallet, sent } = recorder()
    await expect(setAttributes(wallet, { attributes: ["x".repeat(33)] })).rejects.toThrow("33")
    expect(sent).toEqual([])
  })
})
