// @vitest-environment node
import { describe, expect, it } from "vitest"
import { onlyCall, recorder } from "../../../test/wallet.ts"
import { withdrawOffer } from "./withdrawOffer.ts"

describe("withdrawOffer", () => {
  it("names the offer", async () => {
    const { wallet, sent } = recorder()
    await withdrawOffer(wallet, { offer: 4 })
    expect(onlyCall(sent)).toEqual({ name: "withdrawOffer", args: [4], value: 0n })
  })

  it("does not prompt the wallet when the market refuses", async () => {
    const { wallet, sent } = recorder({ refusal: "OfferClosed", arguments: [4] })
    await expect(withdrawOffer(wallet, { offer: 4 })).rejects.toThrow()
    expect(sent).toEqual([])
  })
})
