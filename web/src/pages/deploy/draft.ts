// What is being prepared: kept in this browser, so that a reload loses nothing that was typed.
import { useSyncExternalStore } from "react"
import { type Address, zeroAddress } from "viem"
import type { PolicyView } from "../../api/views.ts"

export interface Draft {
  manifest: string
  /** To begin with. */
  replicas: number
  policy: PolicyView
  /** Take an offer as it is, or ask for bids. */
  way: "take" | "ask"
  /** Null: the cheapest that fits. */
  offer: number | null
  /** Of an order; an offer has its own. */
  currency: Address
  /** As typed; null: what is proposed. */
  deposit: string | null
  /** An hour, as typed; null: what the offer can come to. */
  budget: string | null
  /** Minutes in which bids are taken, and in which one can be accepted afterwards. */
  bidding: number
  acceptance: number
}

const KEY = "tidemark.draft"

export const FRESH: Draft = {
  manifest: "",
  replicas: 1,
  policy: {
    minReplicas: 1,
    maxReplicas: 3,
    target: 70,
    up: 80,
    down: 40,
    cooldown: 30,
    step: 2,
    headroom: 1,
  },
  way: "take",
  offer: null,
  currency: zeroAddress,
  deposit: null,
  budget: null,
  bidding: 5,
  acceptance: 60,
}

const listeners = new Set<() => void>()
let draft: Draft = read()

function read(): Draft {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Draft>
    return { ...FRESH, ...kept, policy: { ...FRESH.policy, ...kept.policy } }
  } catch {
    return FRESH
  }
}

export function getDraft(): Draft {
  return draft
}

export function setDraft(next: Partial<Draft>) {
  draft = { ...draft, ...next }
  try {
    localStorage.setItem(KEY, JSON.stringify(draft))
  } catch {
    // Then a reload begins anew.
  }
  for (const listener of listeners) listener()
}

export function useDraft(): Draft {
  return useSyncExternalStore((listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }, getDraft)
}
