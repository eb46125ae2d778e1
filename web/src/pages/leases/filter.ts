import type { LeaseSummary } from "../../api/types.ts"

export type Status = "any" | "active" | "disputed" | "exhausted" | "closed"

export interface Filter {
  /** Part of an id or an address. */
  text: string
  status: Status
  /** An address; empty: any. */
  provider: string
  /** Only leases of this tenant or provider; null: all. */
  of: string | null
}

/** The state for the user: a disputed lease is still open, but its claims are frozen. */
export function statusOf(lease: LeaseSummary): Exclude<Status, "any"> {
  return lease.status !== "closed" && lease.disputedUntil !== null ? "disputed" : lease.status
}

export function concerns(lease: LeaseSummary, account: string): boolean {
  const mine = account.toLowerCase()
  return lease.tenant.toLowerCase() === mine || lease.provider.toLowerCase() === mine
}

/** Latest first. */
export function filter(
  leases: readonly LeaseSummary[],
  { text, status, provider, of }: Filter,
): LeaseSummary[] {
  const needle = text.trim().toLowerCase()
  const seller = provider.toLowerCase()
  const left = leases.filter(
    (lease) =>
      (of === null || concerns(lease, of)) &&
      (status === "any" || statusOf(lease) === status) &&
      (seller === "" || lease.provider.toLowerCase() === seller) &&
      (needle === "" ||
        lease.id.toLowerCase().includes(needle) ||
        lease.tenant.toLowerCase().includes(needle) ||
        lease.provider.toLowerCase().includes(needle)),
  )
  return left.reverse()
}
