// A typed client of one provider's HTTP API: paths, parameters and answers are generated from its OpenAPI description.
//
//   const offers = await unwrap(providerApi(base, signal).GET("/v1/offers"))
//
// A refusal is thrown as an ApiError with the provider's own sentence; no answer, or a late one, as Unreachable.
import createClient from "openapi-fetch"
import type { paths } from "./__generated__/openapi.ts"
import { tokenOf } from "./tokens.ts"
import type { ErrorView } from "./types.ts"

export class ApiError extends Error {
  readonly status: number
  /** Machine-readable: `not_found`, `unauthorized`, … */
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

/** The provider did not answer, or not in time. */
export class Unreachable extends Error {}

const TIMEOUT_MS = 12_000

export type ProviderApi = ReturnType<typeof providerApi>

/**
 * @param base The provider's endpoint; empty for the page's own origin, whose session is a cookie. With any other origin a
 * session's bearer token is sent.
 * @param signal Aborts the requests.
 */
export function providerApi(base: string, signal?: AbortSignal) {
  const token = tokenOf(base)
  const timeout = AbortSignal.timeout(TIMEOUT_MS)
  return createClient<paths>({
    baseUrl: base || location.origin,
    headers: { accept: "application/json", ...(token && { authorization: `Bearer ${token}` }) },
    credentials: base === "" ? "same-origin" : "omit",
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
  })
}

/** @returns The body of the answer; undefined when it has none. @throws ApiError, Unreachable */
export async function unwrap<T>(
  call: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<T> {
  const { data, error, response } = await call.catch((cause) => {
    // The caller aborted the request: not an error of the provider.
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause
    throw new Unreachable("the provider does not answer", { cause })
  })
  if (response.ok) return data as T
  const refusal = error as Partial<ErrorView> | string | undefined
  const { code, message } = typeof refusal === "object" ? refusal : {}
  // A proxy answers for a provider that is down, but not in the API's format.
  if (!message && response.status >= 500) throw new Unreachable("the provider does not answer")
  throw new ApiError(response.status, code ?? "unknown", message ?? `HTTP ${response.status}`)
}
