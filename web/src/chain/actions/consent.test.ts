// @vitest-environment node
import { describe, expect, it } from "vitest"
import { ADDRESS, HASH, OTHER, onlyCall, recorder } from "../../../test/wallet.ts"
import { consent } from "./consent.ts"

describe("consent", () => {
  it("states the account, the action and all approvers", async () => {
    const { wallet, sent } = recorder()
    await consent(wallet, { account: OTHER, action: HASH, approvers: [OTHER, ADDRESS] })
    expect(onlyCall(sent)).toEqual({ name: "consent", args: [OTHER, HASH, [OTHER, ADDRESS]], value: 0n })
  })

  it("does not prompt the wallet when the market refuses", async () => {
    const { wallet, sent } = recorder({ refusal: "NotApprover", arguments: [ADDRESS] })
    await expect(
      consent(wallet, { account: OTHER, action: HASH, approvers: [OTHER, ADDRESS] }),
    ).rejects.toThrow()
    expect(sent).toEqual([])
  })
})
