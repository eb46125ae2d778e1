// The price of capacity: `Accrual.rates` of solidity/src/libraries/Accrual.sol in integer arithmetic.
// `solidity/test/vectors` tests this and the contract with the same cases.
import type { PricesView, ShapeView } from "../api/types.ts"
import { amountOver, HOUR, MONTH, RATE_SCALE } from "../i18n/format.ts"
import { pricesOf, type Rates } from "./terms.ts"

export const HIGHEST_RATE = 2n ** 104n - 1n

const ceilDiv = (a: bigint, b: bigint) => (a + b - 1n) / b
const least = (a: bigint, b: bigint) => (a < b ? a : b)

/** An offer's prices for one replica of a shape. Fractions of a unit round up, so that the reserve covers the price. */
export function ratesOf(prices: PricesView, shape: ShapeView): Rates {
  const list = pricesOf(prices)
  const [millicores, memoryMiB] = [BigInt(shape.millicores), BigInt(shape.memoryMiB)]
  const replicaSecond =
    list.millicore * millicores +
    list.memoryMiB * memoryMiB +
    list.diskMiB * BigInt(shape.diskMiB) +
    list.gpu * BigInt(shape.gpus)
  const reserve =
    replicaSecond +
    ceilDiv(list.cpuSecond * millicores, 1000n) +
    list.memoryMiBSecond * memoryMiB +
    ceilDiv(list.networkMiB * BigInt(list.networkKiBps), 1024n)
  return {
    reserved: least(reserve, HIGHEST_RATE),
    replicaSecond: least(replicaSecond, HIGHEST_RATE),
    cpuSecond: list.cpuSecond,
    memoryMiBSecond: list.memoryMiBSecond,
    networkMiB: list.networkMiB,
  }
}

export interface Cost {
  /** The reserved rate, base units × 1e12 per second. */
  rate: bigint
  /** Base units, rounded up. */
  hour: bigint
  month: bigint
}

/** The maximum cost of a number of replicas. */
export function costOf({ reserved }: Pick<Rates, "reserved">, replicas: number): Cost {
  const rate = reserved * BigInt(replicas)
  return { rate, hour: amountOver(rate, HOUR), month: amountOver(rate, MONTH) }
}

/** How many seconds a deposit lasts at a rate; null when nothing is reserved. */
export function lasts(deposit: bigint, rate: bigint): bigint | null {
  return rate === 0n ? null : (deposit * RATE_SCALE) / rate
}

/** The minimum deposit: the notice period's money at the initial replica count. */
export function noticeMoney(rate: bigint, noticePeriod: bigint): bigint {
  return amountOver(rate, noticePeriod)
}
