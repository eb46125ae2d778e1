// The form's state, kept in this browser across reloads.

import { type Address, zeroAddress } from "viem"
import type { PolicyView } from "../../api/types.ts"
import { storedState } from "../../browser/storage.ts"

export interface Draft {
  manifest: string
  /** The initial count. */
  replicas: number
  policy: PolicyView
  /** Take an offer, or request bids. */
  way: "take" | "ask"
  /** Null: the cheapest that matches. */
  offer: number | null
  /** The currency of an order; an offer has its own. */
  currency: Address
  /** As typed; null: the proposed amount. */
  deposit: string | null
  /** Per hour, as typed; null: the highest rate of the offer. */
  budget: string | null
  /** Minutes of bidding, and minutes to accept afterwards. */
  bidding: number
  acceptance: number
}

const KEY = "tidemark.draft"

export const EMPTY_DRAFT: Draft = {
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

const stored = storedState<Draft>(KEY, (kept) => {
  const draft = kept as Partial<Draft> | null
  return { ...EMPTY_DRAFT, ...draft, policy: { ...EMPTY_DRAFT.policy, ...draft?.policy } }
})

export const getDraft = stored.get
export const useDraft = stored.use

export function setDraft(next: Partial<Draft>) {
  stored.set({ ...getDraft(), ...next })
}
