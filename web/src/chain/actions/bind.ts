// Binds the caller's account to approvers and limits, changes the binding, or removes it (no approvers, threshold 0, no
// limits).
import type { Address } from "viem"
import { type Call, callOf } from "../call.ts"
import type { Limit } from "../terms.ts"

/** The market's order of approvers: ascending, without duplicates. */
export function ascending(addresses: readonly Address[]): Address[] {
  const numbers = new Map(addresses.map((address) => [BigInt(address), address]))
  return [...numbers].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, address]) => address)
}

export interface Bind {
  /** In any order; without the caller. */
  approvers: readonly Address[]
  threshold: number
  limits: readonly Limit[]
}

export function bindCall({ approvers, threshold, limits }: Bind): Call {
  return callOf("bind", [ascending(approvers), BigInt(threshold), limits])
}
