// @vitest-environment node
import { describe, expect, it } from "vitest"
import { SHAPE } from "../../../test/market.ts"
import { HASH, onlyCall, recorder } from "../../../test/wallet.ts"
import { register } from "./register.ts"

describe("register", () => {
  it("sends the bond along", async () => {
    const { wallet, sent } = recorder()
    await register(wallet, {
      capacity: SHAPE,
      sealingKey: HASH,
      endpoint: "https://provider.example",
      bond: 10n,
    })
    expect(onlyCall(sent)).toEqual({
      name: "register",
      args: [SHAPE, HASH, "https://provider.example"],
      value: 10n,
    })
  })

  it("asks the wallet for nothing that the market refuses", async () => {
    const { wallet, sent } = recorder({ refusal: "BondTooSmall", arguments: [10n, 11n] })
    await expect(
      register(wallet, {
        capacity: SHAPE,
        sealingKey: HASH,
        endpoint: "https://provider.example",
        bond: 10n,
      }),
    ).rejects.toThrow()
    expect(sent).toEqual([])
  })
})
