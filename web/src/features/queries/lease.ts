// Queries of the lease page: events, its own provider's view, epochs, grants and accesses.
import {
  type UseQueryResult,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query"
import type { Address, Hex } from "viem"
import { useClient } from "wagmi"
import { ApiError, providerApi, Unreachable, unwrap } from "../../api/client.ts"
import { useConfig } from "../../api/config.ts"
import { useStreamState } from "../../api/eventStream.ts"
import type { AccessView, EventView, GrantView, LeaseSummary, LeaseView } from "../../api/types.ts"
import { type LeaseHistory, readLeaseEvents, replayEvents } from "../../chain/leaseHistory.ts"
import type { Reader } from "../../chain/reader.ts"
import { useSession } from "../session/useSession.ts"
import { useEndpoint, useLeaseQuery } from "./market.ts"

const PAGE = 1000
/** The last blocks, which each poll reads again in case an undetected reorg replaced them. */
const AGAIN = 64

/** Every event of a lease, oldest first; read from the chain when the provider is unreachable. */
export function useLeaseEvents(lease: LeaseSummary | undefined): UseQueryResult<EventView[]> {
  const { api } = useConfig()
  const reader = useClient() as Reader | undefined
  const queries = useQueryClient()
  const live = useStreamState() === "live"
  const key = ["lease", lease?.id.toLowerCase(), "events", "public"]
  return useQuery({
    queryKey: key,
    enabled: lease !== undefined,
    refetchInterval: live ? false : 3_000,
    queryFn: async ({ signal }) => {
      const known = queries.getQueryData<EventView[]>(key) ?? []
      const edge = (known.at(-1)?.block ?? 0) - AGAIN
      const kept = known.filter(({ block }) => block <= edge)
      const pages = async (after: string | undefined): Promise<EventView[]> => {
        const params = { path: { id: lease!.id }, query: { limit: PAGE, after } }
        const page = await unwrap(providerApi(api, signal).GET("/v1/leases/{id}/events", { params }))
        return page.length < PAGE ? page : [...page, ...(await pages(page.at(-1)!.cursor))]
      }
      try {
        return [...kept, ...(await pages(kept.at(-1)?.cursor))]
      } catch (error) {
        // 409: a reorg removed the cursor's block.
        if (error instanceof ApiError && error.status === 409) return pages(undefined)
        // 404: the provider's API is older than this page.
        const missing = error instanceof ApiError && error.status === 404
        if (reader && (error instanceof Unreachable || missing)) return readLeaseEvents(reader, lease!.id)
        throw error
      }
    },
  })
}

const lives = new WeakMap<EventView[], LeaseHistory>()

/** The events, replayed; cached by their array. */
export function historyOf(events: EventView[], { terms }: LeaseView): LeaseHistory {
  let life = lives.get(events)
  if (!life) {
    life = replayEvents(events, terms)
    lives.set(events, life)
  }
  return life
}

/** The lease as its own provider sees it, when that is not the page's provider: containers, addresses, timeline. */
export function useProviderView(lease: LeaseView | undefined): LeaseView | undefined {
  const { api } = useConfig()
  const base = useEndpoint(lease?.provider)
  const foreign = base !== null && base !== api
  const { data } = useQuery({
    queryKey: ["lease", lease?.id.toLowerCase(), "own", "public"],
    enabled: lease !== undefined && foreign,
    refetchInterval: 3_000,
    queryFn: ({ signal }) =>
      unwrap(providerApi(base!, signal).GET("/v1/leases/{id}", { params: { path: { id: lease!.id } } })),
  })
  if (!lease || !data) return lease
  const { containers, served, reason, timeline, openedToRunningMs, manifest } = data
  return {
    ...lease,
    containers,
    served,
    reason,
    timeline,
    openedToRunningMs,
    manifest,
    replicas: data.replicas,
  }
}

const EPOCHS = 50

/** Every proof of a lease, newest first, in pages. */
export function useEpochs(lease: LeaseSummary | undefined) {
  const base = useEndpoint(lease?.provider)
  const live = useStreamState() === "live"
  return useInfiniteQuery({
    queryKey: ["lease", lease?.id.toLowerCase(), "epochs", "public"],
    enabled: lease !== undefined && base !== null,
    initialPageParam: null as number | null,
    refetchInterval: live ? 10_000 : 5_000,
    queryFn: ({ pageParam, signal }) => {
      const params = { path: { id: lease!.id }, query: { limit: EPOCHS, before: pageParam ?? undefined } }
      return unwrap(providerApi(base!, signal).GET("/v1/leases/{id}/proofs", { params }))
    },
    getNextPageParam: (page) => (page.length < EPOCHS ? undefined : page.at(-1)!.epoch),
  })
}

export function useGrants(lease: LeaseSummary | undefined): UseQueryResult<GrantView[]> {
  return useLeaseQuery(
    lease,
    "grants",
    (api, id) => api.GET("/v1/leases/{id}/grants", { params: { path: { id } } }),
    { inside: true, every: 30_000 },
  )
}

export function useAccesses(lease: LeaseSummary | undefined): UseQueryResult<AccessView[]> {
  return useLeaseQuery(
    lease,
    "accesses",
    (api, id) => api.GET("/v1/leases/{id}/accesses", { params: { path: { id }, query: { limit: 200 } } }),
    { inside: true, every: 5_000 },
  )
}

/** Uploads a signed grant, or revokes one. */
export function useGrantActions(lease: LeaseSummary) {
  const base = useEndpoint(lease.provider)
  const queries = useQueryClient()
  const done = () => queries.invalidateQueries({ queryKey: ["lease", lease.id.toLowerCase()] })
  const share = useMutation({
    mutationFn: ({ grant, signature }: { grant: GrantView; signature: Hex }) => {
      const { grantee, scope, issuedAt, expiry } = grant
      const body = { grantee, scope, issuedAt, expiry, signature }
      const params = { path: { id: lease.id } }
      return unwrap(providerApi(base ?? "").POST("/v1/leases/{id}/grants", { params, body }))
    },
    onSettled: done,
  })
  const revoke = useMutation({
    mutationFn: (grantee: Address) =>
      unwrap(
        providerApi(base ?? "").DELETE("/v1/leases/{id}/grants/{grantee}", {
          params: { path: { id: lease.id, grantee } },
        }),
      ),
    onSettled: done,
  })
  return { share, revoke }
}

/** The session with the lease's provider, and its endpoint. */
export function useLeaseSession(lease: LeaseSummary | undefined) {
  const base = useEndpoint(lease?.provider)
  return { base, ...useSession(base) }
}
