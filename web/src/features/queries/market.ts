// Queries of the market. The first element of a key names its subject, by which the event stream invalidates it; lease
// ids in keys are in lower case. When the provider is unreachable, what the chain also has is read from there.
import { type QueryKey, type UseQueryResult, useQuery } from "@tanstack/react-query"
import { useMemo } from "react"
import type { Address, Hex } from "viem"
import { useClient } from "wagmi"
import { type ProviderApi, providerApi, Unreachable, unwrap } from "../../api/client.ts"
import { useConfig } from "../../api/config.ts"
import { useStreamState } from "../../api/eventStream.ts"
import type {
  LeaseSummary,
  LeaseView,
  MarketView,
  OfferView,
  OrderView,
  OwnView,
  ProofSummary,
  ProofView,
  ProviderView,
  ScalingView,
} from "../../api/types.ts"
import { retryImport } from "../../browser/retryImport.ts"
import type { Reader } from "../../chain/reader.ts"
import { useSession } from "../session/useSession.ts"

/** Loaded only when the provider is unreachable. */
const reads = retryImport(() => import("../../chain/reads.ts"))

/** While the event stream is live, its events invalidate the queries; otherwise they poll. */
function useInterval(ms = 3_000): number | false {
  return useStreamState() === "live" ? false : ms
}

/** A request of the generated client. */
type Request<T> = (api: ProviderApi) => Promise<{ data?: T; error?: unknown; response: Response }>

/**
 * Queries the page's own provider; falls back to the chain when the provider is unreachable.
 * @param chain Reads the same from the chain, where the chain has it.
 * @param every Milliseconds, for what changes without an event on chain.
 */
function useProviderQuery<T>(
  key: QueryKey,
  request: Request<T>,
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
        return await unwrap(request(providerApi(api, signal)))
      } catch (error) {
        if (error instanceof Unreachable && chain && reader) return chain(reader)
        throw error
      }
    },
  })
}

export function useMarket(): UseQueryResult<MarketView> {
  const config = useConfig()
  return useProviderQuery(
    ["market"],
    (api) => api.GET("/v1/market"),
    async (reader) => (await reads()).readMarket(reader, config),
  )
}

export function useOffers(): UseQueryResult<OfferView[]> {
  return useProviderQuery(
    ["offers"],
    (api) => api.GET("/v1/offers"),
    async (reader) => (await reads()).readOffers(reader),
  )
}

export function useProviders(): UseQueryResult<ProviderView[]> {
  return useProviderQuery(
    ["providers"],
    (api) => api.GET("/v1/providers"),
    async (reader) => (await reads()).readProviders(reader),
  )
}

export function useOrders(): UseQueryResult<OrderView[]> {
  return useProviderQuery(["orders"], (api) => api.GET("/v1/orders"))
}

/** Leases of the whole market, oldest first. */
export function useLeases(closed = false): UseQueryResult<LeaseSummary[]> {
  return useProviderQuery(
    ["leases", closed ? "all" : "open"],
    (api) => api.GET("/v1/leases", { params: { query: closed ? { closed } : {} } }),
    async (reader) => (await reads()).readLeases(reader, closed),
  )
}

export function useOwnProvider(): UseQueryResult<OwnView> {
  return useProviderQuery(["own"], (api) => api.GET("/v1/provider"), undefined, 5_000)
}

/** The API endpoint of a lease's provider: empty for the page's own, null while unknown. */
export function useEndpoint(provider: Address | undefined): string | null {
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

/** A lease as the page's own provider sees it. Only a lease's own provider has its containers. */
export function useLease(id: Hex): UseQueryResult<LeaseView> {
  return useProviderQuery(
    ["lease", id.toLowerCase()],
    (api) => api.GET("/v1/leases/{id}", { params: { path: { id } } }),
    async (reader) => (await reads()).readLease(reader, id),
  )
}

/**
 * Queries a lease's provider, with the session where there is one.
 * @param what Identifies the request and its parameters in the query key.
 * @param inside Requires a session: usage, series, logs, accesses, … Without one the query is disabled.
 */
export function useLeaseQuery<T>(
  lease: LeaseSummary | undefined,
  what: string,
  request: (api: ProviderApi, id: Hex) => ReturnType<Request<T>>,
  { inside = false, every = 0 } = {},
): UseQueryResult<T> {
  const base = useEndpoint(lease?.provider)
  const { session } = useSession(base)
  const polling = useInterval()
  return useQuery({
    queryKey: ["lease", lease?.id.toLowerCase(), what, inside ? session?.address : "public"],
    enabled: lease !== undefined && base !== null && (!inside || session !== null),
    refetchInterval: every || polling,
    queryFn: ({ signal }) => unwrap(request(providerApi(base!, signal), lease!.id)),
  })
}

export function useScaling(lease: LeaseSummary | undefined, limit = 50): UseQueryResult<ScalingView> {
  return useLeaseQuery(
    lease,
    `scaling ${limit}`,
    (api, id) => api.GET("/v1/leases/{id}/scaling", { params: { path: { id }, query: { limit } } }),
    { every: 5_000 },
  )
}

export function useProofs(lease: LeaseSummary | undefined, limit = 100): UseQueryResult<ProofSummary[]> {
  return useLeaseQuery(
    lease,
    `proofs ${limit}`,
    (api, id) => api.GET("/v1/leases/{id}/proofs", { params: { path: { id }, query: { limit } } }),
    { every: 5_000 },
  )
}

export function useProof(
  lease: LeaseSummary | undefined,
  epoch: number | "latest",
): UseQueryResult<ProofView> {
  return useLeaseQuery(lease, `proof ${epoch}`, (api, id) =>
    api.GET("/v1/leases/{id}/proofs/{epoch}", { params: { path: { id, epoch: String(epoch) } } }),
  )
}
