// @vitest-environment node
import { describe, expect, it } from "vitest"
import { ADDRESS, OTHER, onlyCall, recorder, TOKEN } from "../../../test/wallet.ts"
import { send } from "../call.ts"
import { bindCall } from "./bind.ts"

describe("bind", () => {
  it("lists approvers by their number, each once", async () => {
    const { wallet, sent } = recorder()
    await send(
      wallet,
      bindCall({
        approvers: [OTHER, ADDRESS, OTHER],
        threshold: 2,
        limits: [{ currency: TOKEN, rate: 1n, amount: 2n, exposure: 3n }],
      }),
    )
    expect(onlyCall(sent)).toEqual({
      name: "bind",
      args: [[OTHER, ADDRESS], 2n, [{ currency: TOKEN, rate: 1n, amount: 2n, exposure: 3n }]],
      value: 0n,
    })
  })

  it("does not prompt the wallet when the market refuses", async () => {
    const { wallet, sent } = recorder({ refusal: "ConsentRequired", arguments: [ADDRESS, 3, 1n, 0n] })
    await expect(
      send(
        wallet,
        bindCall({
          approvers: [OTHER, ADDRESS, OTHER],
          threshold: 2,
          limits: [{ currency: TOKEN, rate: 1n, amount: 2n, exposure: 3n }],
        }),
      ),
    ).rejects.toThrow()
    expect(sent).toEqual([])
  })

  it("removes the binding with no approvers", async () => {
    const { wallet, sent } = recorder()
    await send(wallet, bindCall({ approvers: [], threshold: 0, limits: [] }))
    expect(onlyCall(sent).args).toEqual([[], 0n, []])
  })
})
