// Binds the caller to approvers, changes how it is bound, or frees it (nobody, 0, nothing).
import type { Address } from "viem"
import { type Call, callOf } from "../call.ts"
import type { Limit } from "../terms.ts"

/** As the market wants approvers listed: by their number, each once. */
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
