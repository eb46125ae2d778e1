import { zeroAddress } from "viem"
import { describe, expect, it } from "vitest"
import { leaseView, PROVIDER, TENANT } from "../../../../test/lease.ts"
import type { OfferView, OrderView, ProviderView } from "../../../api/types.ts"
import { destinationsOf } from "./destinations.ts"

const OTHER = "0x90F79bf6EB2c4f870365E785982E1f101E93b906"
const lease = leaseView()
const { terms, policy } = lease
const offer = (id: number, change: Partial<OfferView> = {}, millicore = "1"): OfferView => ({
  id,
  provider: OTHER,
  open: true,
  currency: zeroAddress,
  prices: {
    millicore,
    memoryMiB: "0",
    diskMiB: "0",
    gpu: "0",
    cpuSecond: "0",
    memoryMiBSecond: "0",
    networkMiB: "0",
    networkKiBps: 0,
  },
  ...change,
})
const order = (change: Partial<OrderView> = {}): OrderView => ({
  id: `0x${"0d".repeat(32)}`,
  tenant: TENANT,
  currency: zeroAddress,
  deposit: "0",
  open: false,
  shape: terms.shape,
  replicas: 1,
  policy,
  maxRate: "0",
  manifestHash: terms.manifestHash,
  salt: terms.salt,
  attributes: [],
  bidUntil: 0,
  acceptUntil: 2_000,
  openedAt: 0,
  openedBlock: 0,
  closedAt: null,
  bids: [
    { id: `0x${"b1".repeat(32)}`, provider: OTHER, rates: { ...terms.rates, reserved: "7" }, expiry: 2_000 },
  ],
  decision: { standing: "open", reason: null, bid: null, lease: null, decidedAtMs: null, reserved: false },
  ...change,
})
const room = { millicores: 10_000, memoryMiB: 10_000, diskMiB: 10_000, gpus: 0 }
const provider = (free: number): ProviderView => ({
  address: OTHER,
  registered: true,
  endpoint: "",
  bond: "0",
  capacity: room,
  held: { ...room, millicores: room.millicores - free, memoryMiB: 0, diskMiB: 0 },
  attributes: [],
  exitAt: null,
  silence: null,
  provenEpochs: 0,
  epochs: 0,
  faults: [],
})
const keys = (...given: [OfferView[], OrderView[], ProviderView[], number]) =>
  destinationsOf(lease, ...given).map(({ key, full }) => (full ? `${key} full` : key))

describe("destinations of a lease", () => {
  it("are open offers in its currency, cheapest first", () => {
    const offers = [
      offer(1, {}, "3"),
      offer(2, {}, "2"),
      offer(3, { open: false }),
      offer(4, { currency: OTHER }),
    ]
    expect(keys(offers, [], [], 0)).toEqual(["offer 2", "offer 1"])
  })

  it("exclude the current provider at the same price", () => {
    const same = { ...terms.rates, reserved: "250" }
    const here = { ...lease, terms: { ...terms, rates: same } }
    const offers = [offer(1, { provider: PROVIDER }, "1"), offer(2, { provider: PROVIDER }, "2")]
    expect(destinationsOf(here, offers, [], [], 0).map(({ key }) => key)).toEqual(["offer 2"])
  })

  it("mark those without room for the policy's maximum count", () => {
    expect(keys([offer(1), offer(2, { provider: PROVIDER }, "9")], [], [provider(749)], 0)).toEqual([
      "offer 2",
      "offer 1 full",
    ])
    expect(keys([offer(1)], [], [provider(750)], 0)).toEqual(["offer 1"])
  })

  it("are valid bids on the lease's own order, or on an identical open one", () => {
    const bid = `bid 0x${"b1".repeat(32)}`
    expect(keys([], [order()], [], 1_000)).toEqual([bid])
    expect(keys([], [order({ salt: "9" })], [], 1_000)).toEqual([])
    expect(keys([], [order({ salt: "9", open: true })], [], 1_000)).toEqual([bid])
    expect(keys([], [order({ tenant: OTHER })], [], 1_000)).toEqual([])
    expect(keys([], [order()], [], 3_000)).toEqual([])
  })
})
