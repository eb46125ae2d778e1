// The provider's stream of events: what makes the page live. It knows when it is not.
//
// Everything here is a signal to read again; nothing is believed because the stream said it. While the stream is away the
// page polls, and says that it does.
import type { QueryClient } from "@tanstack/react-query"
import { useSyncExternalStore } from "react"
import type { EventView, HeadView } from "./types.ts"

export interface EventStream {
  /** `live`: beats come. `stale`: none for a while. `down`: the connection is gone. */
  state: "connecting" | "live" | "stale" | "down"
  head: HeadView | null
  /** Unix milliseconds of this machine. */
  lastEventAt: number | null
}

/** Beats come every 3 s. */
const STALE_AFTER_MS = 8_000
/** Before a stream that the browser gave up is opened anew. */
const RECONNECT_AFTER_MS = 5_000

let feed: EventStream = { state: "connecting", head: null, lastEventAt: null }
const listeners = new Set<() => void>()
const reorgs = new Set<(from: number) => void>()

function set(next: Partial<EventStream>) {
  feed = { ...feed, ...next }
  for (const listener of listeners) listener()
}

export function getEventStream(): EventStream {
  return feed
}

function subscribe(listener: () => void) {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Changes with every block. */
export function useEventStream(): EventStream {
  return useSyncExternalStore(subscribe, getEventStream)
}

/** Changes only when the feed comes or goes: whoever asks for no more is not drawn anew with every block. */
export function useStreamState(): EventStream["state"] {
  return useSyncExternalStore(subscribe, () => feed.state)
}

/** Called with the first block that a reorg took back. */
export function onReorg(listener: (from: number) => void): () => void {
  reorgs.add(listener)
  return () => reorgs.delete(listener)
}

/** The queries that an event makes old: see the keys in queries.ts. */
function staleKeys(subject: string): (readonly string[])[] {
  // Bids and leases hold their provider's capacity.
  if (subject.startsWith("order:")) return [["orders"], ["providers"]]
  if (subject === "market") return [["market"]]
  if (subject.length === 66) return [["leases"], ["lease", subject], ["providers"], ["own"]]
  if (subject.length === 42) return [["providers"], ["own"], ["account", subject]]
  return [["offers"]]
}

/** Follows the stream until the returned function is called. */
export function connectEventStream(base: string, queries: QueryClient): () => void {
  let source: EventSource
  let reopening: ReturnType<typeof setTimeout> | undefined
  const stale = new Map<string, readonly string[]>()
  let flushing: ReturnType<typeof setTimeout> | undefined

  // Many events of one block are one reading.
  function spoil(keys: (readonly string[])[]) {
    for (const key of keys) stale.set(key.join(), key)
    flushing ??= setTimeout(() => {
      flushing = undefined
      for (const queryKey of stale.values()) void queries.invalidateQueries({ queryKey })
      stale.clear()
    }, 100)
  }
  function heard() {
    const returned = feed.state === "stale" || feed.state === "down"
    set({ state: "live", lastEventAt: Date.now() })
    // What was missed meanwhile, nobody tells.
    if (returned) void queries.invalidateQueries()
  }

  function open() {
    source = new EventSource(`${base}/v1/stream`)
    reopening = undefined
    source.onopen = heard
    source.onerror = () => set({ state: "down" })
    source.addEventListener("beat", heard)
    source.addEventListener("head", (event) => {
      heard()
      set({ head: JSON.parse(event.data) as HeadView })
    })
    source.addEventListener("event", (event) => {
      heard()
      spoil(staleKeys((JSON.parse(event.data) as EventView).subject.toLowerCase()))
    })
    source.addEventListener("reorg", (event) => {
      heard()
      const { number } = JSON.parse(event.data) as { number: number }
      for (const listener of reorgs) listener(number)
      void queries.invalidateQueries()
    })
  }
  open()
  const watch = setInterval(() => {
    const silence = Date.now() - (feed.lastEventAt ?? 0)
    if (feed.state === "live" && silence > STALE_AFTER_MS) set({ state: "stale" })
    // A connection can die without a word, as when a machine slept.
    if (feed.state === "stale" && silence > 3 * STALE_AFTER_MS) source.close()
    // A browser gives up for good when it was answered with an error page.
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
