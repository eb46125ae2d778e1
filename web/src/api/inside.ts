// What the lease page reads beside `queries.ts`: the history, its own provider's view, epochs, grants and accesses.
import {
  type UseQueryResult,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query"
import type { Address } from "viem"
import { useClient } from "wagmi"
import { fold, type Life, readHistory } from "../chain/history.ts"
import type { Reader } from "../chain/reader.ts"
import { useConfig } from "../config.ts"
import { ApiError, ask, Unreachable } from "./client.ts"
import { useFeedState } from "./feed.ts"
import { useAskLease, useBase } from "./queries.ts"
import { tokenOf, useSession } from "./session.ts"
import type { AccessView, EventView, GrantView, LeaseSummary, LeaseView, ProofSummary } from "./views.ts"

const PAGE = 1000
/** Blocks that are read again each time, in case a reorg took them back unheard. */
const AGAIN = 64

/** Every event of a lease, oldest first; from the chain itself when no provider answers. */
export function useHistory(lease: LeaseSummary | undefined): UseQueryResult<EventView[]> {
  const { api } = useConfig()
  const reader = useClient() as Reader | undefined
  const queries = useQueryClient()
  const live = useFeedState() === "live"
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
        const path = `/v1/leases/${lease!.id}/events?limit=${PAGE}${after ? `&after=${after}` : ""}`
        const page = await ask<EventView[]>(api, path, { signal })
        return page.length < PAGE ? page : [...page, ...(await pages(page.at(-1)!.cursor))]
      }
      try {
        return [...kept, ...(await pages(kept.at(-1)?.cursor))]
      } catch (error) {
        // 409: the block that we knew is no more.
        if (error instanceof ApiError && error.status === 409) return pages(undefined)
        // 404: a provider whose API is older than this page.
        const missing = error instanceof ApiError && error.status === 404
        if (reader && (error instanceof Unreachable || missing)) return readHistory(reader, lease!.id)
        throw error
      }
    },
  })
}

const lives = new WeakMap<EventView[], Life>()

/** The events, folded once. */
export function lifeOf(events: EventView[], { terms }: LeaseView): Life {
  let life = lives.get(events)
  if (!life) {
    life = fold(events, terms)
    lives.set(events, life)
  }
  return life
}

/** The lease as its own provider sees it, where that is not the page's: containers, addresses, steps. */
export function useOwnSide(lease: LeaseView | undefined): LeaseView | undefined {
  const { api } = useConfig()
  const base = useBase(lease?.provider)
  const foreign = base !== null && base !== api
  const { data } = useQuery({
    queryKey: ["lease", lease?.id.toLowerCase(), "own", "public"],
    enabled: lease !== undefined && foreign,
    refetchInterval: 3_000,
    queryFn: ({ signal }) => ask<LeaseView>(base!, `/v1/leases/${lease!.id}`, { signal }),
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
  const base = useBase(lease?.provider)
  const live = useFeedState() === "live"
  return useInfiniteQuery({
    queryKey: ["lease", lease?.id.toLowerCase(), "epochs", "public"],
    enabled: lease !== undefined && base !== null,
    initialPageParam: null as number | null,
    refetchInterval: live ? 10_000 : 5_000,
    queryFn: ({ pageParam, signal }) => {
      const before = pageParam === null ? "" : `&before=${pageParam}`
      return ask<ProofSummary[]>(base!, `/v1/leases/${lease!.id}/proofs?limit=${EPOCHS}${before}`, { signal })
    },
    getNextPageParam: (page) => (page.length < EPOCHS ? undefined : page.at(-1)!.epoch),
  })
}

export function useGrants(lease: LeaseSummary | undefined): UseQueryResult<GrantView[]> {
  return useAskLease(lease, "grants", { inside: true, every: 30_000 })
}

export function useAccesses(lease: LeaseSummary | undefined): UseQueryResult<AccessView[]> {
  return useAskLease(lease, "accesses?limit=200", { inside: true, every: 5_000 })
}

/** Hands a signed grant over, or takes one back. */
export function useShare(lease: LeaseSummary) {
  const base = useBase(lease.provider)
  const queries = useQueryClient()
  const done = () => queries.invalidateQueries({ queryKey: ["lease", lease.id.toLowerCase()] })
  const path = `/v1/leases/${lease.id}/grants`
  const share = useMutation({
    mutationFn: ({ grant, signature }: { grant: GrantView; signature: string }) => {
      const { grantee, scope, issuedAt, expiry } = grant
      const json = { grantee, scope, issuedAt, expiry, signature }
      return ask(base ?? "", path, { method: "POST", json }, tokenOf(base ?? ""))
    },
    onSettled: done,
  })
  const revoke = useMutation({
    mutationFn: (grantee: Address) =>
      ask(base ?? "", `${path}/${grantee}`, { method: "DELETE" }, tokenOf(base ?? "")),
    onSettled: done,
  })
  return { share, revoke }
}

/** Whether somebody has signed in at the lease's provider, and where that is. */
export function useInside(lease: LeaseSummary | undefined) {
  const base = useBase(lease?.provider)
  return { base, ...useSession(base) }
}
