// @vitest-environment node
import { describe, expect, it } from "vitest"
import { ADDRESS, onlyCall, recorder, TOKEN } from "../../../test/wallet.ts"
import { listOffer } from "./listOffer.ts"

describe("listOffer", () => {
  it("states the price list", async () => {
    const { wallet, sent } = recorder()
    await listOffer(wallet, {
      currency: TOKEN,
      prices: {
        millicore: 1n,
        memoryMiB: 2n,
        diskMiB: 3n,
        gpu: 4n,
        cpuSecond: 5n,
        memoryMiBSecond: 6n,
        networkMiB: 7n,
        networkKiBps: 8,
      },
    })
    expect(onlyCall(sent)).toEqual({
      name: "listOffer",
      args: [
        TOKEN,
        {
          millicore: 1n,
          memoryMiB: 2n,
          diskMiB: 3n,
          gpu: 4n,
          cpuSecond: 5n,
          memoryMiBSecond: 6n,
          networkMiB: 7n,
          networkKiBps: 8,
        },
      ],
      value: 0n,
    })
  })

  it("does not prompt the wallet when the market refuses", async () => {
    const { wallet, sent } = recorder({ refusal: "NotRegistered", arguments: [ADDRESS] })
    await expect(
      listOffer(wallet, {
        currency: TOKEN,
        prices: {
          millicore: 1n,
          memoryMiB: 2n,
          diskMiB: 3n,
          gpu: 4n,
          cpuSecond: 5n,
          memoryMiBSecond: 6n,
          networkMiB: 7n,
          networkKiBps: 8,
        },
      }),
    ).rejects.toThrow()
    expect(sent).toEqual([])
  })
})
