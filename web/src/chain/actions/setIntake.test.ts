// @vitest-environment node
import { describe, expect, it } from "vitest"
import { ADDRESS, onlyCall, recorder } from "../../../test/wallet.ts"
import { send } from "../call.ts"
import { setIntakeCall } from "./setIntake.ts"

describe("setIntake", () => {
  it("says whether it is open", async () => {
    const { wallet, sent } = recorder()
    await send(wallet, setIntakeCall({ open: false }))
    expect(onlyCall(sent)).toEqual({ name: "setIntake", args: [false], value: 0n })
  })

  it("does not prompt the wallet when the market refuses", async () => {
    const { wallet, sent } = recorder({ refusal: "NotArbiters", arguments: [ADDRESS] })
    await expect(send(wallet, setIntakeCall({ open: false }))).rejects.toThrow()
    expect(sent).toEqual([])
  })
})
