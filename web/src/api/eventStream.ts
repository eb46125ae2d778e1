// The provider's event stream (server-sent events), which keeps the page current.
// An event only invalidates queries; its content is not used as data. While the stream is down the page polls, and
// shows that it does.
import type { QueryClient } from "@tanstack/react-query"
import { useSyncExternalStore } from "react"
import type { EventView, HeadView } from "./types.ts"

export interface EventStream {
  /** `live`: heartbeats arrive. `stale`: none for a while. `down`: disconnected. */
  state: "connecting" | "live" | "stale" | "down"
  head: HeadView | null
  /** Unix milliseconds of this machine. */
  lastEventAt: number | null
}

/** Heartbeats arrive every 3 s. */
const STALE_AFTER_MS = 8_000
/** Delay before a stream that the browser closed is opened again. */
const RECONNECT_AFTER_MS = 5_000

let current: EventStream = { state: "connecting", head: null, lastEventAt: null }
const listeners = new Set<() => void>()
const reorgs = new Set<(from: number) => void>()

function set(next: Partial<EventStream>) {
  current = { ...current, ...next }
  for (const listener of listeners) listener()
}

export function getEventStream(): EventStream {
  return current
}

function subscribe(listener: () => void) {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Rerenders with every block. */
export function useEventStream(): EventStream {
  return useSyncExternalStore(subscribe, getEventStream)
}

/** Rerenders only when the state changes, not with every block. */
export function useStreamState(): EventStream["state"] {
  return useSyncExternalStore(subscribe, () => current.state)
}

/** Called with the first block that a reorg removed. */
export function onReorg(listener: (from: number) => void): () => void {
  reorgs.add(listener)
  return () => reorgs.delete(listener)
}

/** The keys of the queries that an event invalidates; see features/queries. */
function staleKeys(subject: string): (readonly string[])[] {
  // Bids and leases hold their provider's capacity.
  if (subject.startsWith("order:")) return [["orders"], ["providers"]]
  if (subject === "market") return [["market"]]
  if (subject.length === 66) return [["leases"], ["lease", subject], ["providers"], ["own"]]
  if (subject.length === 42) return [["providers"], ["own"], ["account", subject]]
  return [["offers"]]
}

/** Connects the stream until the returned function is called. */
export function connectEventStream(base: string, queries: QueryClient): () => void {
  let source: EventSource
  let reopening: ReturnType<typeof setTimeout> | undefined
  const stale = new Map<string, readonly string[]>()
  let flushing: ReturnType<typeof setTimeout> | undefined

  // Events of one block are batched into one refetch.
  function markStale(keys: (readonly string[])[]) {
    for (const key of keys) stale.set(key.join(), key)
    flushing ??= setTimeout(() => {
      flushing = undefined
      for (const queryKey of stale.values()) void queries.invalidateQueries({ queryKey })
      stale.clear()
    }, 100)
  }
  function onActivity() {
    const returned = current.state === "stale" || current.state === "down"
    set({ state: "live", lastEventAt: Date.now() })
    // Events may have been missed meanwhile.
    if (returned) void queries.invalidateQueries()
  }

  function open() {
    source = new EventSource(`${base}/v1/stream`)
    reopening = undefined
    source.onopen = onActivity
    source.onerror = () => set({ state: "down" })
    source.addEventListener("beat", onActivity)
    source.addEventListener("head", (event) => {
      onActivity()
      set({ head: JSON.parse(event.data) as HeadView })
    })
    source.addEventListener("event", (event) => {
      onActivity()
      markStale(staleKeys((JSON.parse(event.data) as EventView).subject.toLowerCase()))
    })
    source.addEventListener("reorg", (event) => {
      onActivity()
      const { number } = JSON.parse(event.data) as { number: number }
      for (const listener of reorgs) listener(number)
      void queries.invalidateQueries()
    })
  }
  open()
  const watch = setInterval(() => {
    const silence = Date.now() - (current.lastEventAt ?? 0)
    if (current.state === "live" && silence > STALE_AFTER_MS) set({ state: "stale" })
    // A connection can die silently, for example while the machine sleeps.
    if (current.state === "stale" && silence > 3 * STALE_AFTER_MS) source.close()
    // The browser does not reconnect after an error response.
    if (source.readyState === EventSource.CLOSED) {
      set({ state: "down" })
      reopening ??= setTimeout(open, RECONNECT_AFTER_MS)
    }
  }, 1_000)
  return () => {
    clearInterval(watch)
    clearTimeout(flushing)
    clearTimeout(reopening)
    source.close()
  }
}
