// Every transaction that was sent from this page, from the wallet's question to its block: kept in the browser, so that a
// reload loses none. A reorg sends a mined one back to waiting.
import type { Address, Hash } from "viem"
import { storedState } from "../browser/storage.ts"

export interface TransactionEntry {
  id: string
  /** What it does, in the language in which it was sent. */
  label: string
  account: Address
  chainId: number
  /** `asking`: the wallet has not answered. `dropped`: another transaction took its nonce. */
  state: "asking" | "pending" | "mined" | "failed" | "dropped"
  hash?: Hash
  block?: number
  /** Why it failed, and what to do. */
  sentence?: string
  remedy?: string
  /** The custom error's name. */
  refusal?: string
  /** Unix milliseconds of this machine. */
  at: number
}

const KEY = "tidemark.transactions"
const MOST = 50
/** What the wallet was asked before a reload, it will not answer to this page. */
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

/** Forgets what has ended. */
export function clearEnded() {
  write(getTransactions().filter(({ state }) => state === "asking" || state === "pending"))
}
