// @vitest-environment node
import { describe, expect, it } from "vitest"
import { STATED, TERMS } from "../../../test/market.ts"
import { onlyCall, recorder } from "../../../test/wallet.ts"
import { moveToOffer } from "./moveToOffer.ts"

describe("moveToOffer", () => {
  it("states the terms, the offer and the budget", async () => {
    const { wallet, sent } = recorder()
    await moveToOffer(wallet, { terms: TERMS, offer: 4, maxRate: 8n })
    expect(onlyCall(sent)).toEqual({ name: "moveToOffer", args: [STATED, 4, 8n], value: 0n })
  })

  it("does not prompt the wallet when the market refuses", async () => {
    const { wallet, sent } = recorder({ refusal: "NotAlike", arguments: [] })
    await expect(moveToOffer(wallet, { terms: TERMS, offer: 4, maxRate: 8n })).rejects.toThrow()
    expect(sent).toEqual([])
  })
})
