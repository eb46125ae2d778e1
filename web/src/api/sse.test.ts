import { afterEach, describe, expect, it, vi } from "vitest"
import { createParser, openStream, type ServerEvent, type StreamState } from "./sse.ts"

function parsed(...pieces: string[]): ServerEvent[] {
  const events: ServerEvent[] = []
  const parse = createParser((event) => events.push(event))
  for (const piece of pieces) parse(piece)
  return events
}

describe("the parser", () => {
  it("reads name, data and id", () => {
    expect(parsed("event: line\nid: 4\ndata: {}\n\n")).toEqual([{ name: "line", data: "{}", id: "4" }])
  })

  it("reads events cut anywhere", () => {
    const text = "event: a\r\ndata: one\r\n\r\n: beat\n\ndata:two\ndata: three\n\n"
    for (let cut = 0; cut <= text.length; cut += 1) {
      expect(parsed(text.slice(0, cut), text.slice(cut)).map(({ name, data }) => [name, data])).toEqual([
        ["a", "one"],
        ["message", "two\nthree"],
      ])
    }
  })

  it("ignores comments and incomplete events", () => {
    expect(parsed(": beat\n\n", "data: half\n")).toEqual([])
  })
})

describe("a stream", () => {
  afterEach(() => vi.useRealTimers())
  const body = (...pieces: string[]) =>
    new Response(
      new ReadableStream({
        start(controller) {
          for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece))
          controller.close()
        },
      }),
    )

  it("reports an interruption, and resumes", async () => {
    vi.useFakeTimers()
    const fetched = vi
      .spyOn(globalThis, "fetch")
      .mockImplementation(async () => body("event: line\ndata: 1\n\n"))
    const states: StreamState[] = []
    const data: string[] = []
    const stop = openStream({
      base: "",
      path: () => `/v1/logs?since=${data.length}`,
      onEvent: (event) => data.push(event.data),
      onState: (state) => states.push(state),
    })
    await vi.advanceTimersByTimeAsync(600)
    stop()
    expect(states.slice(0, 5)).toEqual(["connecting", "live", "stale", "live", "stale"])
    expect(fetched.mock.calls.map(([url]) => url)).toEqual(["/v1/logs?since=0", "/v1/logs?since=1"])
  })

  it("does not retry after a refusal", async () => {
    vi.useFakeTimers()
    const refusal = { code: "forbidden", message: "ask the tenant for logs" }
    const fetched = vi
      .spyOn(globalThis, "fetch")
      .mockImplementation(async () => new Response(JSON.stringify(refusal), { status: 403 }))
    const said: unknown[] = []
    openStream({
      base: "",
      path: () => "/v1/logs",
      onEvent: () => {},
      onState: (state, error) => said.push([state, error?.message]),
    })
    await vi.advanceTimersByTimeAsync(60_000)
    expect(said).toEqual([
      ["connecting", undefined],
      ["refused", "ask the tenant for logs"],
    ])
    expect(fetched).toHaveBeenCalledTimes(1)
  })

  it("treats a silent stream as dead", async () => {
    vi.useFakeTimers()
    vi.spyOn(globalThis, "fetch").mockImplementation(
      (_, init) =>
        new Promise((_, reject) =>
          init?.signal?.addEventListener("abort", () => reject(new Error("aborted"))),
        ),
    )
    const states: StreamState[] = []
    const stop = openStream({
      base: "",
      path: () => "/v1/live",
      onEvent: () => {},
      onState: (state) => states.push(state),
      silenceTimeoutMs: 5_000,
    })
    await vi.advanceTimersByTimeAsync(5_001)
    stop()
    expect(states).toEqual(["connecting", "stale"])
  })
})
