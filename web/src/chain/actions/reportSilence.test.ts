// @vitest-environment node
import { describe, expect, it } from "vitest"
import { OTHER, onlyCall, recorder } from "../../../test/wallet.ts"
import { reportSilence } from "./reportSilence.ts"

describe("reportSilence", () => {
  it("names the provider", async () => {
    const { wallet, sent } = recorder()
    await reportSilence(wallet, { provider: OTHER })
    expect(onlyCall(sent)).toEqual({ name: "reportSilence", args: [OTHER], value: 0n })
  })

  it("asks the wallet for nothing that the market refuses", async () => {
    const { wallet, sent } = recorder({ refusal: "NotSilent", arguments: [OTHER] })
    await expect(reportSilence(wallet, { provider: OTHER })).rejects.toThrow()
    expect(sent).toEqual([])
  })
})
