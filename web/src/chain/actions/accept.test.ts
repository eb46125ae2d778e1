// @vitest-environment node
import { describe, expect, it } from "vitest"
import { AUCTION, BID } from "../../../test/market.ts"
import { onlyCall, recorder } from "../../../test/wallet.ts"
import { send } from "../call.ts"
import { acceptCall } from "./accept.ts"

describe("accept", () => {
  it("states each order with its bid", async () => {
    const { wallet, sent } = recorder()
    await send(wallet, acceptCall({ acceptances: [{ order: AUCTION, bid: BID }] }))
    expect(onlyCall(sent)).toEqual({ name: "accept", args: [[{ order: AUCTION, bid: BID }]], value: 0n })
  })

  it("does not prompt the wallet when the market refuses", async () => {
    const { wallet, sent } = recorder({ refusal: "BidExpired", arguments: [7n] })
    await expect(send(wallet, acceptCall({ acceptances: [{ order: AUCTION, bid: BID }] }))).rejects.toThrow()
    expect(sent).toEqual([])
  })
})
