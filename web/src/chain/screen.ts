// Whether an order matches an offer, as `Market.take` decides. The contract stops at the first failed predicate; this
// reports all of them, in the contract's order, as the orchestrator's `screen` does. The contract's decision is
// authoritative.
import type { CapacityView, PolicyView, ShapeView } from "../api/types.ts"
import { HIGHEST_RATE, noticeMoney } from "./price.ts"
import type { Rates } from "./terms.ts"

/** Millicores, MiB of memory, MiB of disk, GPUs: in the contract's numbering. */
export const KINDS = ["millicores", "memoryMiB", "diskMiB", "gpus"] as const
const MOST_REPLICAS = 1 << 14

export interface Supply {
  registered: boolean
  capacity: CapacityView
  /** Held by leases and bids. */
  held: CapacityView
  attributes: readonly string[]
  intakeOpen: boolean
}

export interface Demand {
  shape: ShapeView
  replicas: number
  policy: PolicyView
  /** The budget, base units × 1e12 per second; null: none. */
  maxRate: bigint | null
  /** Base units; null: not specified. */
  deposit: bigint | null
  attributes: readonly string[]
}

/**
 * A failed predicate: the contract's error of that name with its numbers, except `AttributeMissing`, which only bids
 * check.
 */
export type Mismatch =
  | { error: "IntakeStopped" | "OfferClosed" | "EmptyShape" | "BadPolicy" | "NotRegistered" }
  | { error: "ReplicasOutOfBounds"; replicas: number; min: number; max: number }
  | { error: "RateTooHigh"; rate: bigint; maxRate: bigint }
  | { error: "CapacityExceeded"; kind: number; asked: number; free: number }
  | { error: "InsufficientFunds"; available: bigint; required: bigint }
  | { error: "AttributeMissing"; attribute: string }

/** As `Accrual.sound`. */
export function isSoundPolicy(policy: PolicyView): boolean {
  const { minReplicas, maxReplicas, target, up, down, step } = policy
  return (
    maxReplicas > 0 &&
    maxReplicas < MOST_REPLICAS &&
    minReplicas <= maxReplicas &&
    target > 0 &&
    target <= 100 &&
    down < target &&
    target <= up &&
    up <= 100 &&
    step > 0
  )
}

export function screen(
  offer: { open: boolean },
  rates: Rates,
  seller: Supply,
  wish: Demand,
  noticePeriod: bigint,
): Mismatch[] {
  const misfits: Mismatch[] = []
  const unless = (fits: boolean, misfit: Mismatch) => {
    if (!fits) misfits.push(misfit)
  }
  const { shape, policy, replicas } = wish
  const { minReplicas: min, maxReplicas: max } = policy
  unless(seller.intakeOpen, { error: "IntakeStopped" })
  unless(offer.open, { error: "OfferClosed" })
  unless(shape.millicores > 0 && shape.memoryMiB > 0, { error: "EmptyShape" })
  unless(isSoundPolicy(policy), { error: "BadPolicy" })
  unless(replicas >= min && replicas <= max, { error: "ReplicasOutOfBounds", replicas, min, max })
  const rate = rates.reserved * BigInt(max)
  const maxRate = wish.maxRate ?? HIGHEST_RATE
  unless(rate <= maxRate, { error: "RateTooHigh", rate, maxRate })
  KINDS.forEach((name, kind) => {
    const asked = shape[name] * max
    const free = Math.max(0, seller.capacity[name] - seller.held[name])
    unless(asked === 0 || asked <= free, { error: "CapacityExceeded", kind, asked, free })
  })
  if (wish.deposit !== null) {
    const required = noticeMoney(rates.reserved * BigInt(replicas), noticePeriod)
    unless(wish.deposit >= required, { error: "InsufficientFunds", available: wish.deposit, required })
  }
  for (const attribute of wish.attributes) {
    unless(seller.attributes.includes(attribute), { error: "AttributeMissing", attribute })
  }
  return misfits
}

/** How many replicas of a shape fit into the free capacity. */
export function replicasThatFit(seller: Pick<Supply, "capacity" | "held">, shape: ShapeView): number {
  const rooms = KINDS.filter((name) => shape[name] > 0).map((name) =>
    Math.floor(Math.max(0, seller.capacity[name] - seller.held[name]) / shape[name]),
  )
  return rooms.length === 0 ? 0 : Math.min(...rooms)
}
