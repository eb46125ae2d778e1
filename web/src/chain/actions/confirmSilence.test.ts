// @vitest-environment node
import { describe, expect, it } from "vitest"
import { OTHER, onlyCall, recorder } from "../../../test/wallet.ts"
import { confirmSilence } from "./confirmSilence.ts"

describe("confirmSilence", () => {
  it("names the provider", async () => {
    const { wallet, sent } = recorder()
    await confirmSilence(wallet, { provider: OTHER })
    expect(onlyCall(sent)).toEqual({ name: "confirmSilence", args: [OTHER], value: 0n })
  })

  it("asks the wallet for nothing that the market refuses", async () => {
    const { wallet, sent } = recorder({ refusal: "NotReported", arguments: [OTHER] })
    await expect(confirmSilence(wallet, { provider: OTHER })).rejects.toThrow()
    expect(sent).toEqual([])
  })
})
