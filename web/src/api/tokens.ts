// Bearer tokens of the sessions with providers of other origins, kept in memory only: a reload ends them. The page's own
// provider keeps its session in an HTTP-only cookie instead.

/** By the provider's endpoint. */
const tokens = new Map<string, string>()

export function tokenOf(base: string): string | undefined {
  return tokens.get(base)
}

export function setToken(base: string, token: string) {
  tokens.set(base, token)
}

export function clearToken(base: string) {
  tokens.delete(base)
}
