// A lease's money over its life, as its events and its rate make it, and on to where it would be exhausted.
import { owed } from "../../../chain/accrual.ts"
import type { LeaseHistory } from "../../../chain/leaseHistory.ts"

export interface BalanceCurve {
  /** Unix seconds, ascending. */
  times: number[]
  /** Base units, exact in the tiles and as numbers here, where they are only drawn. Null: not in that time. */
  balance: (number | null)[]
  /** Balance less what may be owed: what would come back. */
  free: (number | null)[]
  /** Settled to the provider. */
  earned: (number | null)[]
  /** From now on, should nothing change. */
  projected: (number | null)[]
}

/** Two points of one time would hide each other: the one after an event lies this much behind. */
const AFTER = 1e-3

/**
 * @param now Unix seconds of the chain.
 * @param until To draw to: now for the past alone, later with the projection.
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
