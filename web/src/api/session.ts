// Signing in to a provider with one's wallet (EIP-4361). The page's own origin keeps the session in a cookie that no script
// can read; with another provider a token is kept in memory and goes with the page.
import { useQuery, useQueryClient } from "@tanstack/react-query"
import { useConnection, useSignMessage } from "wagmi"
import { useConfig } from "../config.ts"
import { later } from "../later.ts"
import { ApiError, ask } from "./client.ts"
import type { NonceView, SessionView } from "./views.ts"

const tokens = new Map<string, string>()

/** Of the session with a provider of another origin. */
export function tokenOf(base: string): string | undefined {
  return tokens.get(base)
}

export interface Session {
  /** Null while nobody has signed in here with the account that the wallet shows. */
  session: SessionView | null
  isPending: boolean
  /** Asks the wallet for a signature. Throws what went wrong. */
  signIn: () => Promise<void>
  signOut: () => Promise<void>
}

/** @param base The provider's endpoint, empty for the page's own; null: not known yet. */
export function useSession(base: string | null): Session {
  const { chainId } = useConfig()
  const { address } = useConnection()
  const { mutateAsync: sign } = useSignMessage()
  const queries = useQueryClient()
  const key = ["session", base]
  const query = useQuery({
    queryKey: key,
    enabled: base !== null && address !== undefined,
    staleTime: 30_000,
    queryFn: async ({ signal }) => {
      try {
        return await ask<SessionView>(base!, "/v1/session", { signal }, tokens.get(base!))
      } catch (error) {
        if (error instanceof ApiError && error.status === 401) return null
        throw error
      }
    },
  })
  const found = query.data ?? null
  const ended = found !== null && found.expiresAt * 1000 < Date.now()
  const own = found !== null && found.address.toLowerCase() === address?.toLowerCase()

  async function signIn() {
    if (base === null || !address) throw new Error("connect a wallet first")
    const { nonce, statement, issuedAt, expiresAt } = await ask<NonceView>(base, "/v1/session/nonce", {
      method: "POST",
      json: {},
    })
    const { createSiweMessage } = await later(() => import("viem/siwe"))()
    const { host, origin } = window.location
    const message = createSiweMessage({
      domain: host,
      address,
      statement,
      uri: origin,
      version: "1",
      chainId,
      nonce,
      // The provider's clock, not this machine's.
      issuedAt: new Date(issuedAt * 1000),
      expirationTime: new Date(expiresAt * 1000),
    })
    const signature = await sign({ message })
    const json = { message, signature, token: base !== "" }
    const session = await ask<SessionView>(base, "/v1/session", { method: "POST", json })
    if (session.token) tokens.set(base, session.token)
    queries.setQueryData(key, session)
    await queries.invalidateQueries({ queryKey: ["lease"] })
  }

  async function signOut() {
    if (base === null) return
    await ask(base, "/v1/session", { method: "DELETE" }, tokens.get(base))
    tokens.delete(base)
    queries.setQueryData(key, null)
    queries.removeQueries({
      predicate: ({ queryKey }) => queryKey[0] === "lease" && queryKey[3] !== "public",
    })
  }

  return { session: own && !ended ? found : null, isPending: query.isLoading, signIn, signOut }
}
