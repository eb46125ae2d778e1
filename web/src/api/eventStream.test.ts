import { QueryClient } from "@tanstack/react-query"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { connectEventStream, getEventStream, onReorg } from "./eventStream.ts"

class Stream extends EventTarget {
  static CLOSED = 2
  static last: Stream
  readyState = 1
  onopen: (() => void) | null = null
  onerror: (() => void) | null = null
  readonly url: string
  constructor(url: string) {
    super()
    this.url = url
    Stream.last = this
  }
  close() {
    this.readyState = Stream.CLOSED
  }
  say(name: string, data: unknown) {
    this.dispatchEvent(new MessageEvent(name, { data: JSON.stringify(data) }))
  }
}

const LEASE = `0x${"Ab".repeat(32)}`
let stop: () => void
let queries: QueryClient
let spoiled: ReturnType<typeof vi.spyOn>

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal("EventSource", Stream)
  queries = new QueryClient()
  spoiled = vi.spyOn(queries, "invalidateQueries")
  stop = connectEventStream("http://provider", queries)
  Stream.last.onopen?.()
  spoiled.mockClear()
})

afterEach(() => {
  stop()
  vi.useRealTimers()
})

describe("the event stream", () => {
  it("is live while heartbeats arrive, and stale when they stop", () => {
    expect(Stream.last.url).toBe("http://provider/v1/stream")
    expect(getEventStream().state).toBe("live")
    for (let beat = 0; beat < 5; beat++) {
      vi.advanceTimersByTime(3_000)
      Stream.last.say("beat", {})
    }
    expect(getEventStream().state).toBe("live")
    vi.advanceTimersByTime(10_000)
    expect(getEventStream().state).toBe("stale")
  })

  it("refetches everything after a reconnect, because events may have been missed", () => {
    Stream.last.onerror?.()
    expect(getEventStream().state).toBe("down")
    Stream.last.say("beat", {})
    expect(getEventStream().state).toBe("live")
    expect(spoiled).toHaveBeenCalledExactlyOnceWith()
  })

  it("batches the events of a block", () => {
    for (const log of [1, 2, 3])
      Stream.last.say("event", { cursor: `1.${log}`, subject: LEASE, name: "Settled" })
    expect(spoiled).not.toHaveBeenCalled()
    vi.advanceTimersByTime(150)
    const keys = spoiled.mock.calls.map((call: unknown[]) => (call[0] as { queryKey: string[] }).queryKey)
    expect(keys).toEqual([["leases"], ["lease", LEASE.toLowerCase()], ["providers"], ["own"]])
  })

  it("reports a reorg, and refetches everything", () => {
    const heard = vi.fn()
    const forget = onReorg(heard)
    Stream.last.say("reorg", { number: 41 })
    forget()
    Stream.last.say("reorg", { number: 7 })
    expect(heard).toHaveBeenCalledExactlyOnceWith(41)
    expect(spoiled).toHaveBeenCalledTimes(2)
  })

  it("reopens a stream that stays silent", () => {
    const first = Stream.last
    vi.advanceTimersByTime(60_000)
    expect(first.readyState).toBe(Stream.CLOSED)
    expect(Stream.last).not.toBe(first)
  })

  it("reopens the stream when the browser has closed it", () => {
    const first = Stream.last
    first.readyState = Stream.CLOSED
    vi.advanceTimersByTime(1_000)
    expect(getEventStream().state).toBe("down")
    vi.advanceTimersByTime(5_000)
    expect(Stream.last).not.toBe(first)
    Stream.last.onopen?.()
    expect(getEventStream().state).toBe("live")
  })
})
