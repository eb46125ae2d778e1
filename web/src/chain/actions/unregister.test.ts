// @vitest-environment node
import { describe, expect, it } from "vitest"
import { onlyCall, recorder } from "../../../test/wallet.ts"
import { unregister } from "./unregister.ts"

describe("unregister", () => {
  it("sends the end of the registration", async () => {
    const { wallet, sent } = recorder()
    await unregister(wallet)
    expect(onlyCall(sent)).toEqual({ name: "unregister", args: [], value: 0n })
  })

  it("does not prompt the wallet when the market refuses", async () => {
    const { wallet, sent } = recorder({ refusal: "ExitRunning", arguments: [9n] })
    await expect(unregister(wallet)).rejects.toThrow()
    expect(sent).toEqual([])
  })
})
