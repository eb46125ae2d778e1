// Every transaction that was sent from this page, from the wallet's question to its block: kept in the browser, so that a
// reload loses none. A reorg sends a mined one back to waiting.
import type { Address, Hash } from "viem"
import { shelf } from "../browser/storage.ts"

export interface Entry {
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
const shelved = shelf<Entry[]>(KEY, (kept) =>
  Array.isArray(kept) ? (kept as Entry[]).filter(({ state }) => state !== "asking") : [],
)

export const getEntries = shelved.get
export const useEntries = shelved.use

function write(next: Entry[]) {
  shelved.set(next.slice(0, MOST))
}

export function add(entry: Omit<Entry, "id" | "at">): string {
  const id = crypto.randomUUID()
  write([{ ...entry, id, at: Date.now() }, ...getEntries()])
  return id
}

export function change(id: string, next: Partial<Entry>) {
  write(getEntries().map((entry) => (entry.id === id ? { ...entry, ...next } : entry)))
}

/** Forgets what has ended. */
export function tidy() {
  write(getEntries().filter(({ state }) => state === "asking" || state === "pending"))
}
