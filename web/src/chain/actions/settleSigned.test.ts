// @vitest-environment node
import { describe, expect, it } from "vitest"
import { STATED, TERMS, USAGE } from "../../../test/market.ts"
import { HASH, onlyCall, recorder } from "../../../test/wallet.ts"
import { settleSigned } from "./settleSigned.ts"

describe("settleSigned", () => {
  it("states the usage in the contract's own numbers", async () => {
    const { wallet, sent } = recorder()
    await settleSigned(wallet, { terms: TERMS, usage: USAGE, signature: HASH })
    expect(onlyCall(sent)).toEqual({
      name: "settleSigned",
      args: [
        STATED,
        {
          time: 1_700_000_000,
          replicaSeconds: 600n,
          cpuNanos: 1_000_000_000n,
          memoryByteSeconds: 2n ** 128n - 1n,
          networkBytes: 12n,
          utilization: 4_250,
        },
        HASH,
      ],
      value: 0n,
    })
  })

  it("does not prompt the wallet when the market refuses", async () => {
    const { wallet, sent } = recorder({ refusal: "BadSignature", arguments: [] })
    await expect(settleSigned(wallet, { terms: TERMS, usage: USAGE, signature: HASH })).rejects.toThrow()
    expect(sent).toEqual([])
  })
})
