// Sessions with providers, signed by the wallet (EIP-4361). The session with the page's own origin is an HTTP-only
// cookie; for another provider the bearer token is kept in memory.
import { useQuery, useQueryClient } from "@tanstack/react-query"
import { useConnection, useSignMessage } from "wagmi"
import { ApiError, providerApi, unwrap } from "../../api/client.ts"
import { useConfig } from "../../api/config.ts"
import { clearToken, setToken } from "../../api/tokens.ts"
import type { SessionView } from "../../api/types.ts"
import { retryImport } from "../../browser/retryImport.ts"

export interface Session {
  /** Null while the wallet's current account is not signed in. */
  session: SessionView | null
  isPending: boolean
  /** Prompts the wallet for a signature. Throws the wallet's or the provider's error. */
  signIn: () => Promise<void>
  signOut: () => Promise<void>
}

/** @param base The provider's endpoint, empty for the page's own; null: unknown yet. */
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
        return await unwrap(providerApi(base!, signal).GET("/v1/session"))
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
    const { nonce, statement, issuedAt, expiresAt } = await unwrap(
      providerApi(base).POST("/v1/session/nonce"),
    )
    const { createSiweMessage } = await retryImport(() => import("viem/siwe"))()
    const { host, origin } = window.location
    const message = createSiweMessage({
      domain: host,
      address,
      statement,
      uri: origin,
      version: "1",
      chainId,
      nonce,
      // By the provider's clock, not this machine's.
      issuedAt: new Date(issuedAt * 1000),
      expirationTime: new Date(expiresAt * 1000),
    })
    const signature = await sign({ message })
    const body = { message, signature, token: base !== "" }
    const session = await unwrap(providerApi(base).POST("/v1/session", { body }))
    if (session.token) setToken(base, session.token)
    queries.setQueryData(key, session)
    await queries.invalidateQueries({ queryKey: ["lease"] })
  }

  async function signOut() {
    if (base === null) return
    await unwrap(providerApi(base).DELETE("/v1/session"))
    clearToken(base)
    queries.setQueryData(key, null)
    queries.removeQueries({
      predicate: ({ queryKey }) => queryKey[0] === "lease" && queryKey[3] !== "public",
    })
  }

  return { session: own && !ended ? found : null, isPending: query.isLoading, signIn, signOut }
}
