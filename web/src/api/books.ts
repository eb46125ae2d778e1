// A provider's own books, as `orchestrator/src/api/views/books.rs` has them. Units as in views.ts.
import type { Address, Hex } from "viem"
import type { CapacityView, RunView, Stage } from "./views.ts"

/** `GET /v1/provider`: this provider's own books. All of it follows from the chain, but alarms, wallet, gas and margin. */
export interface OwnView {
  address: Address
  endpoint: string
  draining: boolean
  /** Percent on top of the price list that bids ask. */
  margin: number
  bond: string
  capacity: CapacityView
  held: CapacityView
  /** For bids that the chain does not show yet. */
  reserved: CapacityView
  /** Wei that the wallet had when it was last looked into. */
  wallet: string | null
  earnings: { currency: Address; earned: string; withdrawn: string }[]
  claims: { time: number; lease: Hex; currency: Address; amount: string; tx: Hex }[]
  payouts: { time: number; currency: Address; amount: string; tx: Hex }[]
  roots: { epoch: number; postedAt: number; root: Hex; tx: Hex; leaves: number; gas: number | null }[]
  gas: {
    perHour: number
    lastHour: number
    lastDay: number
    /** Wei, at most: the gas at the highest fee that was signed for it. */
    feesLastDay: string
    byKind: { kind: string; count: number; gas: number }[]
  }
  intents: { state: string; count: number }[]
  stages: Partial<Record<Stage, RunView>>
  alarms: AlarmView[]
}

export interface AlarmView {
  kind: "stage" | "chain" | "clock" | "gas" | "wallet" | "intents" | "roots" | "bond" | "draining"
  message: string
  remedy: string
}
