// @vitest-environment node
import { describe, expect, it } from "vitest"
import { STATED, TERMS } from "../../../test/market.ts"
import { onlyCall, recorder } from "../../../test/wallet.ts"
import { scale } from "./scale.ts"

describe("scale", () => {
  it("states the terms and the count", async () => {
    const { wallet, sent } = recorder()
    await scale(wallet, { terms: TERMS, replicas: 2 })
    expect(onlyCall(sent)).toEqual({ name: "scale", args: [STATED, 2], value: 0n })
  })

  it("does not prompt the wallet when the market refuses", async () => {
    const { wallet, sent } = recorder({ refusal: "ReplicasOutOfBounds", arguments: [2n, 3n, 4n] })
    await expect(scale(wallet, { terms: TERMS, replicas: 2 })).rejects.toThrow()
    expect(sent).toEqual([])
  })
})
