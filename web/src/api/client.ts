// One provider's API. Every refusal is an ApiError with the provider's own sentence.
import type { ErrorView } from "./views.ts"

export class ApiError extends Error {
  readonly status: number
  /** A word for programs: `not_found`, `unauthorized`, … */
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

/** Nobody answered, or not in time. */
export class Unreachable extends Error {}

const PATIENCE_MS = 12_000

/** A method, a body and headers on top of a GET. */
export interface Ask {
  method?: "GET" | "POST" | "PUT" | "DELETE"
  body?: BodyInit
  json?: unknown
  headers?: Record<string, string>
  signal?: AbortSignal
}

/**
 * Asks a provider, and gives its JSON; null for an answer without a body.
 * @param base The endpoint; empty for the page's own origin.
 * @param token Of a session with a provider of another origin; the page's own has a cookie.
 */
export async function ask<T>(base: string, path: string, ask: Ask = {}, token?: string): Promise<T> {
  const headers: Record<string, string> = { accept: "application/json", ...ask.headers }
  if (ask.json !== undefined) headers["content-type"] = "application/json"
  if (token) headers.authorization = `Bearer ${token}`
  const patience = AbortSignal.timeout(PATIENCE_MS)
  const answer = await fetch(base + path, {
    method: ask.method ?? "GET",
    headers,
    body: ask.json === undefined ? ask.body : JSON.stringify(ask.json),
    credentials: base === "" ? "same-origin" : "omit",
    signal: ask.signal ? AbortSignal.any([ask.signal, patience]) : patience,
  }).catch((cause) => {
    if (ask.signal?.aborted) throw cause
    throw new Unreachable("the provider does not answer", { cause })
  })
  if (answer.ok) {
    const text = await answer.text()
    return (text ? JSON.parse(text) : null) as T
  }
  const refusal = (await answer.json().catch(() => null)) as ErrorView | null
  // A proxy before a provider that is down answers too, but not in the API's words.
  if (!refusal?.message && answer.status >= 500) throw new Unreachable("the provider does not answer")
  throw new ApiError(answer.status, refusal?.code ?? "unknown", refusal?.message ?? `HTTP ${answer.status}`)
}
