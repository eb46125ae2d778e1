// Server-sent events over fetch, because EventSource cannot send a bearer token, which streams of another provider's
// API need. The page's own provider is read the same way, with its cookie.

import { ApiError } from "./client.ts"
import { tokenOf } from "./tokens.ts"
import type { ErrorView } from "./types.ts"

export interface ServerEvent {
  name: string
  data: string
  id: string
}

/** Parses the text of a stream into events, chunk by chunk. */
export function createParser(emit: (event: ServerEvent) => void): (piece: string) => void {
  let rest = ""
  let event: ServerEvent = { name: "message", data: "", id: "" }
  return (piece) => {
    // A lone \r may be the first half of a \r\n whose rest is in the next chunk.
    const lines = (rest + piece).split(/\r\n|\n|\r(?=[^\n])/)
    rest = lines.pop()!
    for (const line of lines) {
      if (line === "") {
        if (event.data) emit({ ...event, data: event.data.slice(0, -1) })
        event = { name: "message", data: "", id: event.id }
        continue
      }
      const colon = line.indexOf(":")
      if (colon === 0) continue
      const field = colon < 0 ? line : line.slice(0, colon)
      const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "")
      if (field === "event") event.name = value
      else if (field === "data") event.data += `${value}\n`
      else if (field === "id") event.id = value
    }
  }
}

export type StreamState = "connecting" | "live" | "stale" | "refused"

export interface StreamOptions {
  /** The provider's endpoint; empty for the page's own. */
  base: string
  /** Evaluated at each connection, so that the stream can resume. */
  path: () => string
  onEvent: (event: ServerEvent) => void
  /** `stale`: the connection was lost and is being retried. `refused`: the provider refused it, with the reason. */
  onState: (state: StreamState, error?: ApiError) => void
  /** Milliseconds without a byte after which the connection counts as dead; 0: the stream may be silent. */
  silenceTimeoutMs?: number
}

const LONGEST_WAIT_MS = 15_000

/** Streams until the returned function is called; reconnects with exponential backoff. */
export function openStream({
  base,
  path,
  onEvent,
  onState,
  silenceTimeoutMs: patience = 0,
}: StreamOptions): () => void {
  let stopped = false
  let failures = 0
  let controller = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined

  async function connect() {
    controller = new AbortController()
    let silence: ReturnType<typeof setTimeout> | undefined
    const heard = () => {
      clearTimeout(silence)
      if (patience) silence = setTimeout(() => controller.abort(), patience)
    }
    try {
      heard()
      const token = tokenOf(base)
      const answer = await fetch(base + path(), {
        headers: { accept: "text/event-stream", ...(token ? { authorization: `Bearer ${token}` } : {}) },
        credentials: base === "" ? "same-origin" : "omit",
        signal: controller.signal,
      })
      if (!answer.ok || !answer.body) {
        const view = (await answer.json().catch(() => null)) as ErrorView | null
        // A client error is permanent; a server error may pass.
        if (answer.status < 500) {
          const message = view?.message ?? `HTTP ${answer.status}`
          if (!stopped) onState("refused", new ApiError(answer.status, view?.code ?? "unknown", message))
          return
        }
        throw new Error(`HTTP ${answer.status}`)
      }
      onState("live")
      failures = 0
      const parse = createParser(onEvent)
      const decoder = new TextDecoder()
      const reader = answer.body.getReader()
      for (;;) {
        const { done, value } = await reader.read()
        if (done || stopped) break
        heard()
        parse(decoder.decode(value, { stream: true }))
      }
    } catch {
      // Reported as `stale` below.
    } finally {
      clearTimeout(silence)
    }
    if (stopped) return
    onState("stale")
    failures += 1
    timer = setTimeout(connect, Math.min(LONGEST_WAIT_MS, 250 * 2 ** failures))
  }

  onState("connecting")
  void connect()
  return () => {
    stopped = true
    clearTimeout(timer)
    controller.abort()
  }
}
