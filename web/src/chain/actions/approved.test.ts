// @vitest-environment node
import { describe, expect, it } from "vitest"
import { ADDRESS, OTHER, onlyCall, recorder } from "../../../test/wallet.ts"
import { approved } from "./approved.ts"

describe("approved", () => {
  it("sends the call's own value along", async () => {
    const { wallet, sent } = recorder()
    await approved(wallet, {
      account: ADDRESS,
      call: "0x1234",
      value: 5n,
      nonce: 6n,
      expiry: 7n,
      approvers: [OTHER],
      signatures: ["0xabcd"],
    })
    expect(onlyCall(sent)).toEqual({
      name: "approved",
      args: [ADDRESS, "0x1234", { nonce: 6n, expiry: 7n, approvers: [OTHER], signatures: ["0xabcd"] }],
      value: 5n,
    })
  })

  it("does not prompt the wallet when the market refuses", async () => {
    const { wallet, sent } = recorder({ refusal: "ConsentsMissing", arguments: [1n, 2n] })
    await expect(
      approved(wallet, {
        account: ADDRESS,
        call: "0x1234",
        value: 5n,
        nonce: 6n,
        expiry: 7n,
        approvers: [OTHER],
        signatures: ["0xabcd"],
      }),
    ).rejects.toThrow()
    expect(sent).toEqual([])
  })
})
