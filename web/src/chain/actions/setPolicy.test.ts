// @vitest-environment node
import { describe, expect, it } from "vitest"
import { POLICY, STATED, TERMS } from "../../../test/market.ts"
import { onlyCall, recorder } from "../../../test/wallet.ts"
import { setPolicy } from "./setPolicy.ts"

describe("setPolicy", () => {
  it("states the terms and the whole policy", async () => {
    const { wallet, sent } = recorder()
    await setPolicy(wallet, { terms: TERMS, policy: POLICY })
    expect(onlyCall(sent)).toEqual({ name: "setPolicy", args: [STATED, POLICY], value: 0n })
  })

  it("does not prompt the wallet when the market refuses", async () => {
    const { wallet, sent } = recorder({ refusal: "BadPolicy", arguments: [] })
    await expect(setPolicy(wallet, { terms: TERMS, policy: POLICY })).rejects.toThrow()
    expect(sent).toEqual([])
  })
})
