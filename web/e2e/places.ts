// Every page there is, and how one knows that it stands: what the stories of all pages and the screenshots go through.
import type { Hex } from "viem"
import type { HDAccount } from "viem/accounts"
import { actors } from "./actors.ts"

export interface Place {
  name: string
  path: string
  /** Who looks at it. */
  account: HDAccount
  /** Needs a session at the provider. */
  inside?: boolean
}

export const TABS = ["overview", "replicas", "money", "logs", "shell", "events", "proofs", "access"] as const

export function places(lease: Hex): Place[] {
  const { tenant, provider, approvers, arbiters } = actors
  return [
    { name: "market", path: "/", account: tenant },
    { name: "deploy", path: "/deploy", account: tenant },
    { name: "leases", path: "/leases", account: tenant },
    ...TABS.map((tab) => ({
      name: `lease-${tab}`,
      path: `/leases/${lease}?tab=${tab}`,
      account: tenant,
      inside: true,
    })),
    { name: "approvals", path: "/approvals", account: approvers[0] },
    { name: "provider", path: "/provider", account: provider },
    { name: "arbiter", path: "/arbiter", account: arbiters[0] },
    { name: "lost", path: "/nowhere", account: tenant },
  ]
}
