import { describe, expect, it } from "vitest"
import {
  afterSettlement,
  afterStep,
  carried,
  type LeaseAccount,
  least,
  owed,
  price,
  reservedUntil,
  runway,
} from "./accrual.ts"

const E12 = 10n ** 12n
const RATES = {
  reserved: String(5n * E12),
  replicaSecond: String(3n * E12),
  cpuSecond: String(2n * E12),
  memoryMiBSecond: String(E12),
  networkMiB: String(7n * E12),
}
const usage = (change = {}) => ({
  time: 100,
  replicaSeconds: "10",
  cpuNanos: "1500000000",
  memoryByteSeconds: String(3 << 20),
  networkBytes: String(1 << 20),
  utilization: 4000,
  ...change,
})
const books: LeaseAccount = {
  balance: 1000n,
  paid: 0n,
  settledAt: 100,
  integral: 0n,
  since: 100,
  rate: 5n * E12,
}

describe("the price of usage", () => {
  it("adds what was there, computed, held and moved", () => {
    const { presence, cpu, memory, network, total } = price(RATES, usage())
    expect([presence, cpu, memory, network].map((part) => part / E12)).toEqual([30n, 3n, 3n, 7n])
    expect(total).toBe(43n)
  })

  it("rounds down, once", () => {
    expect(price({ ...RATES, cpuSecond: "1" }, usage({ cpuNanos: "999999999" })).cpu).toBe(0n)
    expect(price(RATES, usage({ replicaSeconds: "0", cpuNanos: "499999999" })).total).toBe(10n)
  })
})

describe("what a lease reserves", () => {
  it("grows with its rate from the last step", () => {
    expect(reservedUntil(books, 90)).toBe(0n)
    expect(reservedUntil(books, 110)).toBe(50n * E12)
  })

  it("is kept across a step, less what a settlement left unclaimed", () => {
    // 50 reserved until 110, of which 43 were claimed: 7 lapsed; until 120 it is 43 + 50.
    const after = afterSettlement(books, 43n, 110)
    expect(after).toMatchObject({ balance: 957n, paid: 43n, settledAt: 110 })
    expect(carried(after, 110, 120)).toBe(93n * E12)
    expect(afterStep(after, 10n * E12, 120)).toMatchObject({
      integral: 93n * E12,
      since: 120,
      rate: 10n * E12,
    })
  })

  it("is owed from the newest settled statement on, rounded up", () => {
    expect(owed(books, 110)).toBe(50n)
    expect(owed({ ...books, rate: 1n }, 110)).toBe(1n)
    const after = afterStep(afterSettlement(books, 43n, 110), 10n * E12, 120)
    expect(owed(after, 125)).toBe(100n)
  })

  it("lapses after the claim window", () => {
    expect(owed(books, 1100, 100)).toBe(500n)
  })

  it("lasts until the balance is owed", () => {
    expect(runway(1000n, 50n, 5n * E12)).toBe(190n)
    expect(runway(50n, 50n, 5n * E12)).toBe(0n)
    expect(runway(1000n, 50n, 0n)).toBeNull()
  })
})

it("a provider is paid the least of its bounds", () => {
  expect(least(5n, 3n, 9n)).toBe(3n)
})
