// @vitest-environment node
import { describe, expect, it } from "vitest"
import { STATED, TERMS } from "../../../test/market.ts"
import { HASH, onlyCall, recorder } from "../../../test/wallet.ts"
import { dispute } from "./dispute.ts"

describe("dispute", () => {
  it("sends the deposit along", async () => {
    const { wallet, sent } = recorder()
    await dispute(wallet, { terms: TERMS, evidence: HASH, deposit: 6n })
    expect(onlyCall(sent)).toEqual({ name: "dispute", args: [STATED, HASH], value: 6n })
  })

  it("does not prompt the wallet when the market refuses", async () => {
    const { wallet, sent } = recorder({ refusal: "DisputeRunning", arguments: [HASH] })
    await expect(dispute(wallet, { terms: TERMS, evidence: HASH, deposit: 6n })).rejects.toThrow()
    expect(sent).toEqual([])
  })
})
