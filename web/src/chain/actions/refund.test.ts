// @vitest-environment node
import { describe, expect, it } from "vitest"
import { STATED, TERMS } from "../../../test/market.ts"
import { HASH, onlyCall, recorder } from "../../../test/wallet.ts"
import { refund } from "./refund.ts"

describe("refund", () => {
  it("states the terms", async () => {
    const { wallet, sent } = recorder()
    await refund(wallet, { terms: TERMS })
    expect(onlyCall(sent)).toEqual({ name: "refund", args: [STATED], value: 0n })
  })

  it("does not prompt the wallet when the market refuses", async () => {
    const { wallet, sent } = recorder({ refusal: "LeaseIsOpen", arguments: [HASH] })
    await expect(refund(wallet, { terms: TERMS })).rejects.toThrow()
    expect(sent).toEqual([])
  })
})
