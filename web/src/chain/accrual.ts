// The money functions of `solidity/src/libraries/Accrual.sol` in the same integer arithmetic: the price of usage, what
// a lease reserves, what may be owed. Rates and integrals are base units × 1e12.
import type { RatesView, UsageArgument } from "../api/types.ts"
import { RATE_SCALE } from "../i18n/format.ts"

const NANOS = 10n ** 9n
const MIB = 1n << 20n

export interface Priced {
  /** Base units × 1e12 of each part. */
  presence: bigint
  cpu: bigint
  memory: bigint
  network: bigint
  /** Base units, rounded down. */
  total: bigint
}

/** `Accrual.price`, with its parts. */
export function price(rates: RatesView, usage: UsageArgument): Priced {
  const presence = BigInt(rates.replicaSecond) * BigInt(usage.replicaSeconds)
  const cpu = (BigInt(rates.cpuSecond) * BigInt(usage.cpuNanos)) / NANOS
  const memory = (BigInt(rates.memoryMiBSecond) * BigInt(usage.memoryByteSeconds)) / MIB
  const network = (BigInt(rates.networkMiB) * BigInt(usage.networkBytes)) / MIB
  return { presence, cpu, memory, network, total: (presence + cpu + memory + network) / RATE_SCALE }
}

/** The account of a lease, from which its money follows. */
export interface LeaseAccount {
  /** Base units: deposited, and neither settled nor returned. */
  balance: bigint
  /** Base units, settled since the opening. */
  paid: bigint
  /** Unix seconds: time of the latest settled statement; initially of the opening. */
  settledAt: number
  /** The reserved integral at `since`. */
  integral: bigint
  /** Unix seconds: the last step of the replica count. */
  since: number
  /** The reserved rate of the whole lease, per second. */
  rate: bigint
}

/** `Accrual.reservedUntil`: the reserved integral at a time. */
export function reservedUntil(books: LeaseAccount, time: number): bigint {
  return time <= books.since ? books.integral : books.integral + books.rate * BigInt(time - books.since)
}

/** `Accrual.carried`: the integral at a time, minus what was reserved before `from` and not paid. */
export function carried(books: LeaseAccount, from: number, time: number): bigint {
  const reserved = reservedUntil(books, time)
  if (from < books.since) return reserved
  return reserved - (reservedUntil(books, from) / RATE_SCALE - books.paid) * RATE_SCALE
}

const up = (value: bigint) => (value + RATE_SCALE - 1n) / RATE_SCALE

/**
 * `Accrual.owed`: what may still be owed to the provider, in base units, rounded up. @param window The claim window, in
 * seconds.
 */
export function owed(books: LeaseAccount, time: number, window = Number.POSITIVE_INFINITY): bigint {
  const from = Math.max(books.settledAt, time - window)
  if (from >= books.since) return up(books.rate * BigInt(Math.max(0, time - from)))
  const owed = up(reservedUntil(books, time)) - books.paid
  return owed > 0n ? owed : 0n
}

/** `Accrual.runway`: seconds until what may be owed reaches the balance; null when nothing is reserved. */
export function runway(balance: bigint, owed: bigint, rate: bigint): bigint | null {
  if (balance <= owed) return 0n
  return rate === 0n ? null : ((balance - owed) * RATE_SCALE) / rate
}

/** The account after a step to another rate. */
export function afterStep(books: LeaseAccount, rate: bigint, time: number): LeaseAccount {
  return { ...books, integral: carried(books, books.settledAt, time), since: time, rate }
}

/** The account after a settlement. */
export function afterSettlement(books: LeaseAccount, amount: bigint, time: number): LeaseAccount {
  return {
    ...books,
    balance: books.balance - amount,
    paid: books.paid + amount,
    settledAt: Math.max(books.settledAt, time),
  }
}

/** The smallest of the bounds on a provider's pay: price of the usage, reservation, deposits; in base units. */
export function least(first: bigint, ...others: bigint[]): bigint {
  let low = first
  for (const amount of others) if (amount < low) low = amount
  return low
}
