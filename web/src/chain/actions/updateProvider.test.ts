// @vitest-environment node
import { describe, expect, it } from "vitest"
import { SHAPE } from "../../../test/market.ts"
import { ADDRESS, HASH, onlyCall, recorder } from "../../../test/wallet.ts"
import { updateProvider } from "./updateProvider.ts"

describe("updateProvider", () => {
  it("replaces all of it", async () => {
    const { wallet, sent } = recorder()
    await updateProvider(wallet, { capacity: SHAPE, sealingKey: HASH, endpoint: "https://provider.example" })
    expect(onlyCall(sent)).toEqual({
      name: "updateProvider",
      args: [SHAPE, HASH, "https://provider.example"],
      value: 0n,
    })
  })

  it("asks the wallet for nothing that the market refuses", async () => {
    const { wallet, sent } = recorder({ refusal: "NotRegistered", arguments: [ADDRESS] })
    await expect(
      updateProvider(wallet, { capacity: SHAPE, sealingKey: HASH, endpoint: "https://provider.example" }),
    ).rejects.toThrow()
    expect(sent).toEqual([])
  })
})
