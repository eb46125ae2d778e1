// Every transaction sent from this page, from the wallet prompt to its block. They are stored in the browser and
// survive a reload. A reorg sets a mined one back to pending.
import type { Address, Hash } from "viem"
import { storedState } from "../browser/storage.ts"

export interface TransactionEntry {
  id: string
  /** What it does, in the language at the time of sending. */
  label: string
  account: Address
  chainId: number
  /** `asking`: the wallet has not answered. `dropped`: another transaction used its nonce. */
  state: "asking" | "pending" | "mined" | "failed" | "dropped"
  hash?: Hash
  block?: number
  /** Why it failed, and what to do. */
  sentence?: string
  remedy?: string
  /** The name of the custom error. */
  refusal?: string
  /** Unix milliseconds of this machine. */
  at: number
}

const KEY = "tidemark.transactions"
const MOST = 50
/** The wallet cannot answer a prompt from before a reload. */
const stored = storedState<TransactionEntry[]>(KEY, (kept) =>
  Array.isArray(kept) ? (kept as TransactionEntry[]).filter(({ state }) => state !== "asking") : [],
)

export const getTransactions = stored.get
export const useTransactions = stored.use

function write(next: TransactionEntry[]) {
  stored.set(next.slice(0, MOST))
}

export function addTransaction(entry: Omit<TransactionEntry, "id" | "at">): string {
  const id = crypto.randomUUID()
  write([{ ...entry, id, at: Date.now() }, ...getTransactions()])
  return id
}

export function updateTransaction(id: string, next: Partial<TransactionEntry>) {
  write(getTransactions().map((entry) => (entry.id === id ? { ...entry, ...next } : entry)))
}

/** Removes the transactions that have ended. */
export function clearEnded() {
  write(getTransactions().filter(({ state }) => state === "asking" || state === "pending"))
}
