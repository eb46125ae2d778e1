// @vitest-environment node
import { describe, expect, it } from "vitest"
import { STATED, TERMS } from "../../../test/market.ts"
import { onlyCall, recorder } from "../../../test/wallet.ts"
import { endDispute } from "./endDispute.ts"

describe("endDispute", () => {
  it("states the terms", async () => {
    const { wallet, sent } = recorder()
    await endDispute(wallet, { terms: TERMS })
    expect(onlyCall(sent)).toEqual({ name: "endDispute", args: [STATED], value: 0n })
  })

  it("does not prompt the wallet when the market refuses", async () => {
    const { wallet, sent } = recorder({ refusal: "RulingAwaited", arguments: [9n] })
    await expect(endDispute(wallet, { terms: TERMS })).rejects.toThrow()
    expect(sent).toEqual([])
  })
})
