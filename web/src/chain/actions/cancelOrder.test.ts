// @vitest-environment node
import { describe, expect, it } from "vitest"
import { AUCTION } from "../../../test/market.ts"
import { HASH, onlyCall, recorder } from "../../../test/wallet.ts"
import { cancelOrder } from "./cancelOrder.ts"

describe("cancelOrder", () => {
  it("states the whole order", async () => {
    const { wallet, sent } = recorder()
    await cancelOrder(wallet, { order: AUCTION })
    expect(onlyCall(sent)).toEqual({ name: "cancelOrder", args: [AUCTION], value: 0n })
  })

  it("does not prompt the wallet when the market refuses", async () => {
    const { wallet, sent } = recorder({ refusal: "OrderClosed", arguments: [HASH] })
    await expect(cancelOrder(wallet, { order: AUCTION })).rejects.toThrow()
    expect(sent).toEqual([])
  })
})
