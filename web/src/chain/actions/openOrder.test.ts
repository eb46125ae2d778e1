// @vitest-environment node
import { describe, expect, it } from "vitest"
import { AUCTION } from "../../../test/market.ts"
import { onlyCall, recorder, TOKEN } from "../../../test/wallet.ts"
import { send } from "../call.ts"
import { openOrderCall } from "./openOrder.ts"

describe("openOrder", () => {
  it("sends the deposit along in the chain's coin", async () => {
    const { wallet, sent } = recorder()
    await send(wallet, openOrderCall({ order: AUCTION, deposit: 5n }))
    expect(onlyCall(sent)).toEqual({ name: "openOrder", args: [AUCTION, 5n], value: 5n })
  })

  it("does not prompt the wallet when the market refuses", async () => {
    const { wallet, sent } = recorder({ refusal: "IntakeStopped", arguments: [] })
    await expect(send(wallet, openOrderCall({ order: AUCTION, deposit: 5n }))).rejects.toThrow()
    expect(sent).toEqual([])
  })

  it("sends no coin with a token", async () => {
    const { wallet, sent } = recorder()
    await send(wallet, openOrderCall({ order: { ...AUCTION, currency: TOKEN }, deposit: 5n }))
    expect(onlyCall(sent)).toEqual({
      name: "openOrder",
      args: [{ ...AUCTION, currency: TOKEN }, 5n],
      value: 0n,
    })
  })
})
