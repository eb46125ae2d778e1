// @vitest-environment node
import { describe, expect, it } from "vitest"
import { AUCTION, BID, STATED, TERMS } from "../../../test/market.ts"
import { HASH, onlyCall, recorder } from "../../../test/wallet.ts"
import { moveToBid } from "./moveToBid.ts"

describe("moveToBid", () => {
  it("states the terms, the order and the bid", async () => {
    const { wallet, sent } = recorder()
    await moveToBid(wallet, { terms: TERMS, order: AUCTION, bid: BID })
    expect(onlyCall(sent)).toEqual({ name: "moveToBid", args: [STATED, AUCTION, BID], value: 0n })
  })

  it("does not prompt the wallet when the market refuses", async () => {
    const { wallet, sent } = recorder({ refusal: "BidClosed", arguments: [HASH] })
    await expect(moveToBid(wallet, { terms: TERMS, order: AUCTION, bid: BID })).rejects.toThrow()
    expect(sent).toEqual([])
  })
})
