// What the page reads. A key begins with the word of its subject, so that the feed can say what became old; lease ids in keys
// are lower-case. What the chain tells too is read there when the provider does not answer.
import { type QueryKey, type UseQueryResult, useQuery } from "@tanstack/react-query"
import { useMemo } from "react"
import type { Address, Hex } from "viem"
import { useClient } from "wagmi"
import type { Reader } from "../chain/reader.ts"
import { useConfig } from "../config.ts"
import { later } from "../later.ts"
import type { OwnView } from "./books.ts"
import { ask, Unreachable } from "./client.ts"
import { useFeedState } from "./feed.ts"
import { tokenOf, useSession } from "./session.ts"
import type {
  LeaseSummary,
  LeaseView,
  MarketView,
  OfferView,
  OrderView,
  ProofSummary,
  ProofView,
  ProviderView,
  ScalingView,
  StatusView,
} from "./views.ts"

/** Fetched when no provider answers: most never need it. */
const reads = later(() => import("../chain/reads.ts"))

/** While the feed is live it says when to read again; else we look ourselves. */
function useInterval(ms = 3_000): number | false {
  return useFeedState() === "live" ? false : ms
}

/**
 * Asks the page's own provider; the chain when that does not answer and the chain knows.
 * @param every Milliseconds, for what changes without an event on chain.
 */
function useAsk<T>(
  key: QueryKey,
  path: string,
  chain?: (reader: Reader) => Promise<T>,
  every?: number,
): UseQueryResult<T> {
  const { api } = useConfig()
  const reader = useClient() as Reader | undefined
  const polling = useInterval()
  return useQuery({
    queryKey: key,
    refetchInterval: every ?? polling,
    queryFn: async ({ signal }) => {
      try {
        return await ask<T>(api, path, { signal })
      } catch (error) {
        if (error instanceof Unreachable && chain && reader) return chain(reader)
        throw error
      }
    },
  })
}

export function useMarket(): UseQueryResult<MarketView> {
  const config = useConfig()
  return useAsk(["market"], "/v1/market", async (reader) => (await reads()).readMarket(reader, config))
}

export function useOffers(): UseQueryResult<OfferView[]> {
  return useAsk(["offers"], "/v1/offers", async (reader) => (await reads()).readOffers(reader))
}

export function useProviders(): UseQueryResult<ProviderView[]> {
  return useAsk(["providers"], "/v1/providers", async (reader) => (await reads()).readProviders(reader))
}

export function useOrders(): UseQueryResult<OrderView[]> {
  return useAsk(["orders"], "/v1/orders")
}

/** Leases of the whole market, oldest first. */
export function useLeases(closed = false): UseQueryResult<LeaseSummary[]> {
  return useAsk(
    ["leases", closed ? "all" : "open"],
    `/v1/leases${closed ? "?closed=true" : ""}`,
    async (reader) => (await reads()).readLeases(reader, closed),
  )
}

export function useOwn(): UseQueryResult<OwnView> {
  return useAsk(["own"], "/v1/provider", undefined, 5_000)
}

export function useStatus(): UseQueryResult<StatusView> {
  return useAsk(["status"], "/v1/status", undefined, 5_000)
}

/** Where the API of a lease's provider is: empty for the page's own. Null while that is not known. */
export function useBase(provider: Address | undefined): string | null {
  const { api } = useConfig()
  const market = useMarket()
  const providers = useProviders()
  return useMemo(() => {
    if (!provider) return null
    const same = (a: string) => a.toLowerCase() === provider.toLowerCase()
    if (market.data && same(market.data.provider)) return api
    const endpoint = providers.data?.find(({ address }) => same(address))?.endpoint
    return endpoint ? endpoint.replace(/\/$/, "") : null
  }, [api, provider, market.data, providers.data])
}

/** A lease as the page's own provider tells it; a foreign lease's containers only its own provider knows. */
export function useLease(id: Hex): UseQueryResult<LeaseView> {
  return useAsk(["lease", id.toLowerCase()], `/v1/leases/${id}`, async (reader) =>
    (await reads()).readLease(reader, id),
  )
}

/**
 * Asks the provider of a lease, with the session where there is one.
 * @param inside Only with a session: usage, series, logs, accesses, … Without one the query waits.
 */
export function useAskLease<T>(
  lease: LeaseSummary | undefined,
  what: string,
  { inside = false, every = 0 } = {},
): UseQueryResult<T> {
  const base = useBase(lease?.provider)
  const { session } = useSession(base)
  const polling = useInterval()
  return useQuery({
    queryKey: ["lease", lease?.id.toLowerCase(), what, inside ? session?.address : "public"],
    enabled: lease !== undefined && base !== null && (!inside || session !== null),
    refetchInterval: every || polling,
    queryFn: ({ signal }) => ask<T>(base!, `/v1/leases/${lease!.id}/${what}`, { signal }, tokenOf(base!)),
  })
}

export function useScaling(lease: LeaseSummary | undefined, limit = 50): UseQueryResult<ScalingView> {
  return useAskLease(lease, `scaling?limit=${limit}`, { every: 5_000 })
}

export function useProofs(lease: LeaseSummary | undefined, limit = 100): UseQueryResult<ProofSummary[]> {
  return useAskLease(lease, `proofs?limit=${limit}`, { every: 5_000 })
}

export function useProof(
  lease: LeaseSummary | undefined,
  epoch: number | "latest",
): UseQueryResult<ProofView> {
  return useAskLease(lease, `proofs/${epoch}`)
}
