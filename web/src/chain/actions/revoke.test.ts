// @vitest-environment node
import { describe, expect, it } from "vitest"
import { ADDRESS, HASH, OTHER, onlyCall, recorder } from "../../../test/wallet.ts"
import { revoke } from "./revoke.ts"

describe("revoke", () => {
  it("states the account, the action and all approvers", async () => {
    const { wallet, sent } = recorder()
    await revoke(wallet, { account: OTHER, action: HASH, approvers: [OTHER, ADDRESS] })
    expect(onlyCall(sent)).toEqual({ name: "revoke", args: [OTHER, HASH, [OTHER, ADDRESS]], value: 0n })
  })

  it("does not prompt the wallet when the market refuses", async () => {
    const { wallet, sent } = recorder({ refusal: "NotBound", arguments: [OTHER] })
    await expect(
      revoke(wallet, { account: OTHER, action: HASH, approvers: [OTHER, ADDRESS] }),
    ).rejects.toThrow()
    expect(sent).toEqual([])
  })
})
