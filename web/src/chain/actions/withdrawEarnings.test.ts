// @vitest-environment node
import { maxUint256 } from "viem"
import { describe, expect, it } from "vitest"
import { ADDRESS, OTHER, onlyCall, recorder, TOKEN } from "../../../test/wallet.ts"
import { ALL, withdrawEarnings } from "./withdrawEarnings.ts"

describe("withdrawEarnings", () => {
  it("says what goes to whom", async () => {
    const { wallet, sent } = recorder()
    await withdrawEarnings(wallet, { currency: TOKEN, to: OTHER, amount: 5n })
    expect(onlyCall(sent)).toEqual({ name: "withdrawEarnings", args: [TOKEN, OTHER, 5n], value: 0n })
  })

  it("does not prompt the wallet when the market refuses", async () => {
    const { wallet, sent } = recorder({ refusal: "NothingToPay", arguments: [] })
    await expect(withdrawEarnings(wallet, { currency: TOKEN, to: OTHER, amount: 5n })).rejects.toThrow()
    expect(sent).toEqual([])
  })

  it("can ask for whatever there is", async () => {
    const { wallet, sent } = recorder()
    await withdrawEarnings(wallet, { currency: TOKEN, to: ADDRESS, amount: ALL })
    expect(onlyCall(sent).args).toEqual([TOKEN, ADDRESS, maxUint256])
  })
})
