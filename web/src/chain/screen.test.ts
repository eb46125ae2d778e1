// The contract's own cases: solidity/test/vectors/take.json.
import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import type { CapacityView, PolicyView, PricesView, ShapeView } from "../api/types.ts"
import { costOf, HIGHEST_RATE, lasts, ratesOf } from "./price.ts"
import { type Mismatch, replicasThatFit, screen } from "./screen.ts"

interface Case {
  name: string
  noticePeriod: string
  offer: { open: boolean; prices: Record<string, string> }
  provider: { capacity: Record<string, string>; held: Record<string, string> }
  order: { shape: Record<string, string>; replicas: string; policy: Record<string, string>; maxRate: string }
  deposit: string
  expected: {
    rates?: Record<string, string>
    highestRate?: string
    error?: string
    args?: string[]
  }
}

const cases = JSON.parse(readFileSync("../solidity/test/vectors/take.json", "utf8")) as Case[]

function numbers<T>(texts: Record<string, string>): T {
  return Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, Number(text)])) as T
}

function argumentsOf(misfit: Mismatch): string[] {
  switch (misfit.error) {
    case "OfferClosed":
      return ["offer"]
    case "ReplicasOutOfBounds":
      return [misfit.replicas, misfit.min, misfit.max].map(String)
    case "RateTooHigh":
      return [misfit.rate, misfit.maxRate].map(String)
    case "CapacityExceeded":
      return [misfit.kind, misfit.asked, misfit.free].map(String)
    case "InsufficientFunds":
      return [misfit.available, misfit.required].map(String)
    default:
      return []
  }
}

describe("an order takes an offer as the contract has it", () => {
  it.each(cases.map((each) => [each.name, each] as const))("%s", (_, each) => {
    const shape = numbers<ShapeView>(each.order.shape)
    const policy = numbers<PolicyView>(each.order.policy)
    const rates = ratesOf(each.offer.prices as unknown as PricesView, shape)
    const seller = {
      registered: true,
      capacity: numbers<CapacityView>(each.provider.capacity),
      held: numbers<CapacityView>(each.provider.held),
      attributes: [],
      intakeOpen: true,
    }
    const wish = {
      shape,
      replicas: Number(each.order.replicas),
      policy,
      maxRate: BigInt(each.order.maxRate),
      deposit: BigInt(each.deposit),
      attributes: [],
    }
    const [first] = screen(each.offer, rates, seller, wish, BigInt(each.noticePeriod))
    expect(first?.error).toBe(each.expected.error)
    if (first) expect(argumentsOf(first)).toEqual(each.expected.args)
    else {
      const texts = Object.entries(rates).map(([key, rate]) => [key, rate.toString()])
      expect(Object.fromEntries(texts)).toEqual(each.expected.rates)
      expect(costOf(rates, policy.maxReplicas).rate.toString()).toBe(each.expected.highestRate)
    }
  })
})

const free: PricesView = {
  millicore: "0",
  memoryMiB: "0",
  diskMiB: "0",
  gpu: "0",
  cpuSecond: "0",
  memoryMiBSecond: "0",
  networkMiB: "0",
  networkKiBps: 0,
}
const shape: ShapeView = { millicores: 250, memoryMiB: 128, diskMiB: 256, gpus: 0 }

describe("prices", () => {
  it("are also parsed from hex", () => {
    const rates = ratesOf({ ...free, millicore: "0x10", networkMiB: "0xa", networkKiBps: 1 }, shape)
    // 16 × 250, and 10 × 1 / 1024 rounded up.
    expect(rates).toMatchObject({ replicaSecond: 4000n, reserved: 4001n })
  })

  it("are limited to what the contract can store", () => {
    const most = (2n ** 80n - 1n).toString()
    const huge = { millicores: 2 ** 32 - 1, memoryMiB: 2 ** 32 - 1, diskMiB: 2 ** 32 - 1, gpus: 2 ** 16 - 1 }
    const rates = ratesOf({ ...free, millicore: most, memoryMiB: most, diskMiB: most, gpu: most }, huge)
    expect(rates).toMatchObject({ reserved: HIGHEST_RATE, replicaSecond: HIGHEST_RATE })
  })

  it("are computed per hour and month, rounded up", () => {
    const rates = ratesOf({ ...free, millicore: "1" }, shape)
    expect(costOf(rates, 3)).toEqual({ rate: 750n, hour: 1n, month: 1n })
    const dear = ratesOf({ ...free, millicore: (10n ** 12n).toString() }, shape)
    expect(costOf(dear, 2)).toEqual({ rate: 500n * 10n ** 12n, hour: 1_800_000n, month: 1_296_000_000n })
  })

  it("determine how long a deposit lasts", () => {
    expect(lasts(1000n, 10n * 10n ** 12n)).toBe(100n)
    expect(lasts(1000n, 0n)).toBeNull()
  })
})

describe("room", () => {
  it("is limited by the scarcest resource", () => {
    const capacity = { millicores: 1000, memoryMiB: 1000, diskMiB: 10_000, gpus: 0 }
    const held = { millicores: 250, memoryMiB: 700, diskMiB: 0, gpus: 0 }
    expect(replicasThatFit({ capacity, held }, shape)).toBe(2)
    expect(replicasThatFit({ capacity, held }, { ...shape, gpus: 1 })).toBe(0)
    expect(replicasThatFit({ capacity, held: { ...held, memoryMiB: 2000 } }, shape)).toBe(0)
  })
})
