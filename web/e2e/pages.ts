// The list of all pages, and how to tell that each has loaded: shared by the stories about all pages and the
// screenshots.
import { expect, type Page } from "@playwright/test"
import type { Hex } from "viem"
import type { HDAccount } from "viem/accounts"
import { actors } from "./actors.ts"

export interface Place {
  name: string
  path: string
  /** The account that visits it. */
  account: HDAccount
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
    })),
    { name: "approvals", path: "/approvals", account: approvers[0] },
    { name: "provider", path: "/provider", account: provider },
    { name: "arbiter", path: "/arbiter", account: arbiters[0] },
    { name: "lost", path: "/nowhere", account: tenant },
  ]
}

const NAMES = new Map<HDAccount, string>([
  [actors.tenant, "tenant"],
  [actors.provider, "provider"],
  [actors.approvers[0], "approver"],
  [actors.arbiters[0], "arbiter"],
])

/** The pages by visiting account. */
export function accounts() {
  return [...NAMES].map(([account, name]) => ({
    account,
    name,
    places: (lease: Hex) => places(lease).filter((place) => place.account === account),
  }))
}

/** Until the page has rendered and nothing is loading. */
export async function settled(page: Page) {
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible()
  await expect(page.getByText(/^(Loading|加载中)$/)).toHaveCount(0)
}
