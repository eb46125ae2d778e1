// What the form's input means: the offer, and the amounts as integers.
import { type Address, formatUnits, isAddress, maxUint256 } from "viem"
import { costOf, HIGHEST_RATE, noticeMoney } from "../../chain/price.ts"
import { type Mismatch, screen } from "../../chain/screen.ts"
import type { Matched } from "../../features/offers/match.ts"
import { amountOver, HOUR, parseAmount, RATE_SCALE, rateOf, roundUp, type Unit } from "../../i18n/format.ts"
import type { Draft } from "./draft.ts"

const DAY = 86_400n

/** The chosen offer, or the cheapest that matches. */
export function chosenOf(matched: readonly Matched[], wanted: number | null): Matched | null {
  const open = matched.filter(({ offer }) => offer.open)
  if (wanted !== null) return open.find(({ offer }) => offer.id === wanted) ?? null
  return open.find(({ mismatches: misfits }) => misfits.length === 0) ?? null
}

export interface Money {
  /** As in the fields. */
  depositText: string
  budgetText: string
  /** Null: not an amount. */
  deposit: bigint | null
  maxRate: bigint | null
  /** The cost of a day at the highest count. */
  day: bigint
}

/** Deposit and budget as typed; by default a day at the highest count, and the offer's highest rate. */
export function moneyOf(draft: Draft, unit: Unit, chosen: Matched | null, noticePeriod: bigint): Money {
  const { maxReplicas } = draft.policy
  const highest = chosen ? costOf(chosen.rates, maxReplicas) : null
  const day = highest ? amountOver(highest.rate, DAY) : 0n
  // A day, or twice the notice period's money, whichever is more.
  const notice = highest ? 2n * noticeMoney(highest.rate, noticePeriod) : 0n
  const proposed = day > notice ? day : notice
  const depositText =
    draft.deposit ?? (chosen && proposed > 0n ? formatUnits(roundUp(proposed), unit.decimals) : "")
  const budgetText = draft.budget ?? (highest ? formatUnits(roundUp(highest.hour), unit.decimals) : "")
  const budget = parseAmount(budgetText, unit)
  let maxRate = budget === null ? null : rateOf(budget, HOUR)
  // The default budget covers the offer's rate, also when the hourly amount was rounded to base units.
  if (draft.budget === null && highest && (maxRate ?? 0n) < highest.rate) maxRate = highest.rate
  if (maxRate !== null && maxRate > HIGHEST_RATE) maxRate = HIGHEST_RATE
  const deposit = parseAmount(depositText, unit)
  return {
    depositText,
    budgetText,
    deposit: deposit !== null && deposit <= maxUint256 / RATE_SCALE ? deposit : null,
    maxRate,
    day,
  }
}

/** Why this deposit and budget do not suffice for the chosen offer; the list of offers does not check them. */
export function moneyMismatches(
  draft: Draft,
  chosen: Matched,
  shape: Parameters<typeof screen>[3]["shape"],
  { deposit, maxRate }: Money,
  noticePeriod: bigint,
): Mismatch[] {
  const nothing = { millicores: 0, memoryMiB: 0, diskMiB: 0, gpus: 0 }
  const seller = { registered: true, capacity: nothing, held: nothing, attributes: [], intakeOpen: true }
  const wish = { shape, replicas: draft.replicas, policy: draft.policy, maxRate, deposit, attributes: [] }
  return screen(chosen.offer, chosen.rates, seller, wish, noticePeriod).filter(
    ({ error }) => error === "RateTooHigh" || error === "InsufficientFunds",
  )
}

export function currencyOf(text: string): Address | null {
  return isAddress(text, { strict: false }) ? (text as Address) : null
}
