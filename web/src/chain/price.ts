// What capacity costs: `Accrual.rates` of solidity/src/libraries/Accrual.sol, in whole numbers. `solidity/test/vectors` holds
// this and the contract to the same cases.
import type { PricesView, RatesView, ShapeView } from "../api/views.ts"
import { HOUR, MONTH, over } from "../words/units.ts"

/** Base units × 1e12; a second and replica, but `networkMiB`, which is for what was received or sent. */
export interface Rates {
  /** The most that a replica can cost. */
  reserved: bigint
  replicaSecond: bigint
  cpuSecond: bigint
  memoryMiBSecond: bigint
  networkMiB: bigint
}

export const HIGHEST_RATE = 2n ** 104n - 1n

const ceilDiv = (a: bigint, b: bigint) => (a + b - 1n) / b
const least = (a: bigint, b: bigint) => (a < b ? a : b)

/** An offer's prices for one replica of a shape. Parts of a unit round up, so that the reserve covers the price. */
export function ratesOf(prices: PricesView, shape: ShapeView): Rates {
  const price = (name: keyof PricesView) => BigInt(prices[name])
  const [millicores, memoryMiB] = [BigInt(shape.millicores), BigInt(shape.memoryMiB)]
  const replicaSecond =
    price("millicore") * millicores +
    price("memoryMiB") * memoryMiB +
    price("diskMiB") * BigInt(shape.diskMiB) +
    price("gpu") * BigInt(shape.gpus)
  const reserve =
    replicaSecond +
    ceilDiv(price("cpuSecond") * millicores, 1000n) +
    price("memoryMiBSecond") * memoryMiB +
    ceilDiv(price("networkMiB") * price("networkKiBps"), 1024n)
  return {
    reserved: least(reserve, HIGHEST_RATE),
    replicaSecond: least(replicaSecond, HIGHEST_RATE),
    cpuSecond: price("cpuSecond"),
    memoryMiBSecond: price("memoryMiBSecond"),
    networkMiB: price("networkMiB"),
  }
}

/** Rates as the API has them. */
export function ratesFrom(view: RatesView): Rates {
  return {
    reserved: BigInt(view.reserved),
    replicaSecond: BigInt(view.replicaSecond),
    cpuSecond: BigInt(view.cpuSecond),
    memoryMiBSecond: BigInt(view.memoryMiBSecond),
    networkMiB: BigInt(view.networkMiB),
  }
}

export interface Cost {
  /** What the lease reserves a second, base units × 1e12. */
  rate: bigint
  /** Base units, rounded up. */
  hour: bigint
  month: bigint
}

/** What so many replicas cost at most. */
export function costOf(rates: Rates, replicas: number): Cost {
  const rate = rates.reserved * BigInt(replicas)
  return { rate, hour: over(rate, HOUR), month: over(rate, MONTH) }
}

/** Seconds that a deposit lasts at a rate; null when nothing is reserved. */
export function lasts(deposit: bigint, rate: bigint): bigint | null {
  return rate === 0n ? null : (deposit * 10n ** 12n) / rate
}

/** What a deposit has to hold at least: the notice period's money at the first replica count. */
export function noticeMoney(rate: bigint, noticePeriod: bigint): bigint {
  return over(rate, noticePeriod)
}
