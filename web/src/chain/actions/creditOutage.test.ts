// @vitest-environment node
import { describe, expect, it } from "vitest"
import { STATED, TERMS } from "../../../test/market.ts"
import { OTHER, onlyCall, recorder } from "../../../test/wallet.ts"
import { creditOutage } from "./creditOutage.ts"

describe("creditOutage", () => {
  it("states the terms", async () => {
    const { wallet, sent } = recorder()
    await creditOutage(wallet, { terms: TERMS })
    expect(onlyCall(sent)).toEqual({ name: "creditOutage", args: [STATED], value: 0n })
  })

  it("asks the wallet for nothing that the market refuses", async () => {
    const { wallet, sent } = recorder({ refusal: "NoOutage", arguments: [OTHER] })
    await expect(creditOutage(wallet, { terms: TERMS })).rejects.toThrow()
    expect(sent).toEqual([])
  })
})
