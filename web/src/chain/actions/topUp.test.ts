// @vitest-environment node
import { decodeFunctionData, zeroAddress } from "viem"
import { describe, expect, it } from "vitest"
import { ADDRESS, HASH, recorder, TOKEN } from "../../../test/wallet.ts"
import { market } from "../abi.ts"
import { send } from "../call.ts"
import { topUpCall } from "./topUp.ts"

describe("topUp", () => {
  it("sends the chain's own coin along", async () => {
    const { wallet, sent } = recorder()
    await expect(
      send(wallet, topUpCall({ currency: zeroAddress, lease: HASH, amount: 5n })),
    ).resolves.toMatch(/^0x/)
    expect(sent).toHaveLength(1)
    expect(sent[0]).toMatchObject({ from: ADDRESS, value: 5n })
    expect(decodeFunctionData({ abi: market, data: sent[0]!.data })).toEqual({
      functionName: "topUp",
      args: [zeroAddress, HASH, 5n],
    })
  })

  it("sends no coin with a token", async () => {
    const { wallet, sent } = recorder()
    await send(wallet, topUpCall({ currency: TOKEN, lease: HASH, amount: 5n }))
    expect(sent[0]).toMatchObject({ value: 0n })
  })

  it("does not prompt the wallet when the market refuses", async () => {
    const { wallet, sent } = recorder({ refusal: "LeaseUnknown", arguments: [HASH] })
    await expect(send(wallet, topUpCall({ currency: TOKEN, lease: HASH, amount: 5n }))).rejects.toThrow()
    expect(sent).toHaveLength(0)
  })
})
