// @vitest-environment node
import { describe, expect, it } from "vitest"
import { ADDRESS, onlyCall, recorder } from "../../../test/wallet.ts"
import { addBond } from "./addBond.ts"

describe("addBond", () => {
  it("sends the amount along", async () => {
    const { wallet, sent } = recorder()
    await addBond(wallet, { amount: 10n })
    expect(onlyCall(sent)).toEqual({ name: "addBond", args: [], value: 10n })
  })

  it("does not prompt the wallet when the market refuses", async () => {
    const { wallet, sent } = recorder({ refusal: "NotRegistered", arguments: [ADDRESS] })
    await expect(addBond(wallet, { amount: 10n })).rejects.toThrow()
    expect(sent).toEqual([])
  })
})
