// @vitest-environment node
import { zeroAddress } from "viem"
import { describe, expect, it } from "vitest"
import { ORDER } from "../../../test/market.ts"
import { onlyCall, recorder, TOKEN } from "../../../test/wallet.ts"
import { send } from "../call.ts"
import { takeCall } from "./take.ts"

describe("take", () => {
  it("sends the deposit along in the chain's coin", async () => {
    const { wallet, sent } = recorder()
    await send(wallet, takeCall({ offer: 3, currency: zeroAddress, order: ORDER, deposit: 5n }))
    expect(onlyCall(sent)).toEqual({ name: "take", args: [3, ORDER, 5n], value: 5n })
  })

  it("does not prompt the wallet when the market refuses", async () => {
    const { wallet, sent } = recorder({ refusal: "OfferClosed", arguments: [3] })
    await expect(
      send(wallet, takeCall({ offer: 3, currency: zeroAddress, order: ORDER, deposit: 5n })),
    ).rejects.toThrow()
    expect(sent).toEqual([])
  })

  it("sends no coin with a token", async () => {
    const { wallet, sent } = recorder()
    await send(wallet, takeCall({ offer: 3, currency: TOKEN, order: ORDER, deposit: 5n }))
    expect(onlyCall(sent)).toEqual({ name: "take", args: [3, ORDER, 5n], value: 0n })
  })
})
