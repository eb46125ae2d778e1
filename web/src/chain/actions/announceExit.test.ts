// @vitest-environment node
import { describe, expect, it } from "vitest"
import { ADDRESS, onlyCall, recorder } from "../../../test/wallet.ts"
import { announceExit } from "./announceExit.ts"

describe("announceExit", () => {
  it("sends the announcement", async () => {
    const { wallet, sent } = recorder()
    await announceExit(wallet)
    expect(onlyCall(sent)).toEqual({ name: "announceExit", args: [], value: 0n })
  })

  it("does not prompt the wallet when the market refuses", async () => {
    const { wallet, sent } = recorder({ refusal: "NotRegistered", arguments: [ADDRESS] })
    await expect(announceExit(wallet)).rejects.toThrow()
    expect(sent).toEqual([])
  })
})
