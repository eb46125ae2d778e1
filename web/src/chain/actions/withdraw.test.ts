// @vitest-environment node
import { describe, expect, it } from "vitest"
import { STATED, TERMS } from "../../../test/market.ts"
import { onlyCall, recorder } from "../../../test/wallet.ts"
import { withdraw } from "./withdraw.ts"

describe("withdraw", () => {
  it("states the terms in the contract's own numbers", async () => {
    const { wallet, sent } = recorder()
    await withdraw(wallet, { terms: TERMS, amount: 9n })
    expect(onlyCall(sent)).toEqual({ name: "withdraw", args: [STATED, 9n], value: 0n })
  })

  it("does not prompt the wallet when the market refuses", async () => {
    const { wallet, sent } = recorder({ refusal: "InsufficientFunds", arguments: [1n, 9n] })
    await expect(withdraw(wallet, { terms: TERMS, amount: 9n })).rejects.toThrow()
    expect(sent).toEqual([])
  })
})
