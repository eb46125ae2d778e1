// Every transaction that was sent from this page, from the wallet's question to its block: kept in the browser, so that a
// reload loses none. A reorg sends a mined one back to waiting.
import { useSyncExternalStore } from "react"
import type { Address, Hash } from "viem"

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
const listeners = new Set<() => void>()
let entries: Entry[] = read()

function read(): Entry[] {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "[]") as Entry[]
    // What the wallet was asked before a reload, it will not answer to this page.
    return kept.filter((entry) => entry.state !== "asking")
  } catch {
    return []
  }
}

function write(next: Entry[]) {
  entries = next.slice(0, MOST)
  try {
    localStorage.setItem(KEY, JSON.stringify(entries))
  } catch {
    // A full or forbidden store costs the memory of a reload, not the transaction.
  }
  for (const listener of listeners) listener()
}

export function getEntries(): Entry[] {
  return entries
}

export function add(entry: Omit<Entry, "id" | "at">): string {
  const id = crypto.randomUUID()
  write([{ ...entry, id, at: Date.now() }, ...entries])
  return id
}

export function change(id: string, next: Partial<Entry>) {
  write(entries.map((entry) => (entry.id === id ? { ...entry, ...next } : entry)))
}

/** Forgets what has ended. */
export function tidy() {
  write(entries.filter(({ state }) => state === "asking" || state === "pending"))
}

export function useEntries(): Entry[] {
  return useSyncExternalStore((listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }, getEntries)
}
