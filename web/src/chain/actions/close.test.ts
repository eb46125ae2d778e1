// @vitest-environment node
import { describe, expect, it } from "vitest"
import { STATED, TERMS } from "../../../test/market.ts"
import { HASH, onlyCall, recorder } from "../../../test/wallet.ts"
import { close } from "./close.ts"

describe("close", () => {
  it("states the terms", async () => {
    const { wallet, sent } = recorder()
    await close(wallet, { terms: TERMS })
    expect(onlyCall(sent)).toEqual({ name: "close", args: [STATED], value: 0n })
  })

  it("does not prompt the wallet when the market refuses", async () => {
    const { wallet, sent } = recorder({ refusal: "LeaseIsClosed", arguments: [HASH] })
    await expect(close(wallet, { terms: TERMS })).rejects.toThrow()
    expect(sent).toEqual([])
  })
})
