// @vitest-environment node
import { describe, expect, it } from "vitest"
import { STATED, TERMS } from "../../../test/market.ts"
import { ADDRESS, onlyCall, recorder } from "../../../test/wallet.ts"
import { giveNotice } from "./giveNotice.ts"

describe("giveNotice", () => {
  it("states the terms", async () => {
    const { wallet, sent } = recorder()
    await giveNotice(wallet, { terms: TERMS })
    expect(onlyCall(sent)).toEqual({ name: "giveNotice", args: [STATED], value: 0n })
  })

  it("does not prompt the wallet when the market refuses", async () => {
    const { wallet, sent } = recorder({ refusal: "NotAllowed", arguments: [ADDRESS] })
    await expect(giveNotice(wallet, { terms: TERMS })).rejects.toThrow()
    expect(sent).toEqual([])
  })
})
