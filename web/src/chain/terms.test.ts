// @vitest-environment node
import { describe, expect, it } from "vitest"
import { BID_VIEW, POLICY, SHAPE, TERMS } from "../../test/market.ts"
import { HASH } from "../../test/wallet.ts"
import {
  attributeOf,
  attributeText,
  auctionOrderOf,
  bidOf,
  leaseIdOf,
  pricesOf,
  randomSalt,
  termsOf,
} from "./terms.ts"

describe("conversion of the API's shapes", () => {
  it("reads decimal and hex text, and loses no digit", () => {
    expect(termsOf(TERMS)).toMatchObject({
      salt: 18_446_744_073_709_551_615n,
      rates: { reserved: 1_118_055_555_555_555_555_939n, cpuSecond: 16n },
    })
    expect(bidOf(BID_VIEW)).not.toHaveProperty("id")
    const text = { millicore: "0x1", memoryMiB: "2", diskMiB: "3", gpu: "4", cpuSecond: "5" }
    const prices = pricesOf({ ...text, memoryMiBSecond: "6", networkMiB: "7", networkKiBps: 8 })
    expect(prices).toMatchObject({ millicore: 1n, networkMiB: 7n, networkKiBps: 8 })
  })

  it("puts an order together from its view", () => {
    const order = auctionOrderOf({
      ...{ id: HASH, tenant: TERMS.tenant, currency: TERMS.currency, deposit: "1", open: true },
      ...{ shape: SHAPE, replicas: 1, policy: POLICY, maxRate: "5", manifestHash: HASH, salt: "9" },
      ...{
        attributes: ["region=eu"],
        bidUntil: 1,
        acceptUntil: 2,
        openedAt: 0,
        openedBlock: 0,
        closedAt: null,
      },
      bids: [],
      decision: {
        standing: "open",
        reason: null,
        bid: null,
        lease: null,
        decidedAtMs: null,
        reserved: false,
      },
    })
    expect(order.order).toEqual({
      shape: SHAPE,
      replicas: 1,
      policy: POLICY,
      maxRate: 5n,
      manifestHash: HASH,
      salt: 9n,
    })
    expect(order.attributes).toEqual([attributeOf("region=eu")])
  })

  it("writes attributes as they are read", () => {
    expect(attributeText(attributeOf("region=eu"))).toBe("region=eu")
    expect(attributeOf(HASH)).toBe(HASH)
  })

  it("computes a lease's id as the market does", () => {
    // A lease of a devnet, from its LeaseOpened event.
    const terms = termsOf({
      tenant: "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
      provider: "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
      currency: "0x0000000000000000000000000000000000000000",
      shape: { millicores: 250, memoryMiB: 128, diskMiB: 256, gpus: 0 },
      rates: {
        reserved: "1118055555555555555939",
        replicaSecond: "770833333333333333716",
        cpuSecond: "1388888888888888888889",
        memoryMiBSecond: "0",
        networkMiB: "0",
      },
      manifestHash: "0x800977676ad6296abccc350dd7a0258f21119b50302704bb15e33e5be09b5cd0",
      salt: "1795659821972651664",
    })
    expect(leaseIdOf(31337, "0x86C7638935cfc802Fa0690A296611d999431c708", terms)).toBe(
      "0x3687218997b757583da926afed9a03d2a99fca76fdd073843d97d41a52a039c2",
    )
  })

  it("generates different salts", () => {
    expect(randomSalt()).not.toBe(randomSalt())
  })
})
