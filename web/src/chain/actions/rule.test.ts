// @vitest-environment node
import { describe, expect, it } from "vitest"
import { STATED, TERMS } from "../../../test/market.ts"
import { onlyCall, recorder } from "../../../test/wallet.ts"
import { send } from "../call.ts"
import { ruleCall } from "./rule.ts"

describe("rule", () => {
  it("says for whom and what it takes", async () => {
    const { wallet, sent } = recorder()
    await send(wallet, ruleCall({ terms: TERMS, forTenant: true, slash: 6n }))
    expect(onlyCall(sent)).toEqual({ name: "rule", args: [STATED, true, 6n], value: 0n })
  })

  it("does not prompt the wallet when the market refuses", async () => {
    const { wallet, sent } = recorder({ refusal: "SlashTooHigh", arguments: [6n, 5n] })
    await expect(send(wallet, ruleCall({ terms: TERMS, forTenant: true, slash: 6n }))).rejects.toThrow()
    expect(sent).toEqual([])
  })
})
