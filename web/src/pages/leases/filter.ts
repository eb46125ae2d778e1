import type { LeaseSummary } from "../../api/types.ts"

export type Status = "any" | "active" | "disputed" | "exhausted" | "closed"

export interface Filter {
  /** In an id or an address. */
  text: string
  status: Status
  /** An address; empty: any. */
  provider: string
  /** Only leases of this tenant or provider; null: everybody's. */
  of: string | null
}

/** The state that a person acts on: a lease in dispute is open still, and its claims are frozen. */
export function statusOf(lease: LeaseSummary): Exclude<Status, "any"> {
  return lease.status !== "closed" && lease.disputedUntil !== null ? "disputed" : lease.status
}

export function concerns(lease: LeaseSummary, account: string): boolean {
  const mine = account.toLowerCase()
  return lease.tenant.toLowerCase() === mine || lease.provider.toLowerCase() === mine
}

/** Newest first. */
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
