// A lease's money over its life, computed from its events and rate, and projected until it is exhausted.
import { owed } from "../../../chain/accrual.ts"
import type { LeaseHistory } from "../../../chain/leaseHistory.ts"

export interface BalanceCurve {
  /** Unix seconds, ascending. */
  times: number[]
  /** Base units: exact in the tiles, floating-point in the chart. Null: no value at that time. */
  balance: (number | null)[]
  /** The balance minus what may be owed: what would be returned. */
  free: (number | null)[]
  /** Settled to the provider. */
  earned: (number | null)[]
  /** The projection at the current rate. */
  projected: (number | null)[]
}

/** Points at the same time would coincide: the one after an event is placed this much later. */
const AFTER = 1e-3

/**
 * @param now Unix seconds of the chain.
 * @param until The end of the curve: now for the past only, later with the projection.
 * @param window The claim window, in seconds.
 */
export function balanceCurve(life: LeaseHistory, now: number, until: number, window?: number): BalanceCurve {
  const curve: BalanceCurve = { times: [], balance: [], free: [], earned: [], projected: [] }
  const add = (time: number, balance: bigint, free: bigint, earned: bigint) => {
    curve.times.push(time)
    curve.balance.push(Number(balance))
    curve.free.push(Number(free > 0n ? free : 0n))
    curve.earned.push(Number(earned))
    curve.projected.push(null)
  }
  let before: LeaseHistory["entries"][number] | null = null
  for (const moment of life.entries) {
    const { time } = moment.event
    const { account: books } = moment
    if (before && time > (curve.times.at(-1) ?? 0)) {
      const last = before.account
      add(time, last.balance, last.balance - owed(last, time, window), last.paid)
    }
    const place = curve.times.at(-1) === undefined ? time : Math.max(time, curve.times.at(-1)! + AFTER)
    add(place, books.balance, books.balance - owed(books, time, window), books.paid)
    before = moment
  }
  if (!before) return curve
  const { account: books } = before
  const free = books.balance - owed(books, now, window)
  if (now > curve.times.at(-1)!) add(now, books.balance, free, books.paid)
  if (until > now && free > 0n && books.rate > 0n) {
    curve.projected[curve.projected.length - 1] = Number(free)
    const spent = (books.rate * BigInt(Math.round(until - now))) / 10n ** 12n
    curve.times.push(until)
    curve.balance.push(null)
    curve.free.push(null)
    curve.earned.push(null)
    curve.projected.push(Number(free > spent ? free - spent : 0n))
  }
  return curve
}
