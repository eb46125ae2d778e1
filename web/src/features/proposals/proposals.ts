// Proposals: those that this browser stores, those that the page's own provider holds for their approvers, and what the chain
// says about each (see chain/proposals.ts). Approvers exchange consents through the provider, or as files.
import { type UseQueryResult, useQueries, useQuery, useQueryClient } from "@tanstack/react-query"
import { useMemo, useRef } from "react"
import { type Address, type Hex, size } from "viem"
import { useClient } from "wagmi"
import { ApiError, providerApi, unwrap } from "../../api/client.ts"
import { useConfig } from "../../api/config.ts"
import type { ProposalView } from "../../api/types.ts"
import { storedState } from "../../browser/storage.ts"
import {
  bareOf,
  type CheckedProposal,
  checkProposal,
  mergeConsents,
  type Proposal,
} from "../../chain/proposals.ts"
import type { Reader } from "../../chain/reader.ts"
import { usePollInterval } from "../queries/account.ts"
import { useSession } from "../session/useSession.ts"

const KEY = "tidemark.proposals"
const stored = storedState<Proposal[]>(KEY, (value) => (Array.isArray(value) ? value : []))

const keyOf = (digest: Hex) => digest.toLowerCase()

/** Stores a proposal in this browser; merges the consents when it is stored already. */
export function storeProposal(proposal: Proposal) {
  const key = keyOf(proposal.digest)
  const existing = stored.get().find(({ digest }) => keyOf(digest) === key)
  forgetProposal(proposal.digest)
  stored.set([existing ? mergeConsents(existing, proposal) : proposal, ...stored.get()])
}

/** Removes a proposal from this browser. */
export function forgetProposal(digest: Hex) {
  stored.set(stored.get().filter((each) => keyOf(each.digest) !== keyOf(digest)))
}

/** The proposals at the provider that concern the signed-in account; empty at a provider that keeps none. */
function useSharedProposals(): UseQueryResult<ProposalView[]> {
  const { api } = useConfig()
  const { session } = useSession(api)
  return useQuery({
    queryKey: ["proposals", session?.address],
    enabled: session !== null,
    refetchInterval: 5_000,
    queryFn: ({ signal }) => unwrap(providerApi(api, signal).GET("/v1/proposals")),
  })
}

/** Stored and shared proposals, merged by digest, the latest expiry first. */
export function useProposals(): {
  proposals: Proposal[]
  /** Digests, in lower case, of those at the provider. */
  sharedDigests: Set<string>
  shared: UseQueryResult<ProposalView[]>
} {
  const shared = useSharedProposals()
  const local = stored.use()
  return useMemo(() => {
    const views = shared.data ?? []
    const all = new Map<string, Proposal>(local.map((proposal) => [keyOf(proposal.digest), proposal]))
    for (const view of views) {
      const known = all.get(keyOf(view.digest))
      all.set(keyOf(view.digest), known ? mergeConsents(view, known) : view)
    }
    const proposals = [...all.values()].sort((a, b) => Number(b.expiry) - Number(a.expiry))
    return { proposals, sharedDigests: new Set(views.map(({ digest }) => keyOf(digest))), shared }
  }, [shared, local])
}

export interface ProposalActions {
  /** Hands a proposal to the provider, where its approvers find it. */
  share: (proposal: Proposal) => Promise<void>
  /** Adds a consent to a shared proposal. */
  consent: (digest: Hex, approver: Address, signature: Hex) => Promise<void>
  /** Idempotent: a proposal that the provider does not have is no error. */
  remove: (digest: Hex) => Promise<void>
}

/** The provider takes a contract's signature bare, without the contract's address in front. */
function consentOf({ approver, signature }: { approver: Address; signature: Hex }) {
  return { approver, signature: size(signature) === 65 ? signature : bareOf(approver, signature) }
}

export function useProposalActions(): ProposalActions {
  const { api } = useConfig()
  const queries = useQueryClient()
  const invalidate = () => queries.invalidateQueries({ queryKey: ["proposals"] })
  return {
    async share({ createdAtMs: _, createdBy: __, ...proposal }) {
      const body = { ...proposal, consents: proposal.consents.map(consentOf) }
      await unwrap(providerApi(api).POST("/v1/proposals", { body }))
      await invalidate()
    },
    async consent(digest, approver, signature) {
      const params = { path: { digest } }
      const body = consentOf({ approver, signature })
      await unwrap(providerApi(api).POST("/v1/proposals/{digest}/consents", { params, body }))
      await invalidate()
    },
    async remove(digest) {
      try {
        await unwrap(providerApi(api).DELETE("/v1/proposals/{digest}", { params: { path: { digest } } }))
        await invalidate()
      } catch (error) {
        if (!(error instanceof ApiError && error.status === 404)) throw error
      }
    },
  }
}

/** Changes when a consent is added: part of the query key. */
const consentKey = ({ consents }: Proposal) => consents.map(({ signature }) => signature.slice(-16)).join()

export interface Checking {
  /** The previous result while a new consent is being checked. */
  checked: CheckedProposal | undefined
  query: UseQueryResult<CheckedProposal>
}

/** Each proposal, checked against the chain. Events of its account invalidate the result. */
export function useCheckedProposals(proposals: Proposal[]): Checking[] {
  const reader = useClient() as Reader | undefined
  const refetchInterval = usePollInterval()
  const previous = useRef(new Map<string, CheckedProposal>())
  const queries = useQueries({
    queries: proposals.map((proposal) => ({
      queryKey: [
        "account",
        proposal.account.toLowerCase(),
        "proposal",
        proposal.digest,
        consentKey(proposal),
      ],
      enabled: reader !== undefined,
      refetchInterval,
      queryFn: () => checkProposal(reader!, proposal),
    })),
  })
  return queries.map((query, index) => {
    const { digest } = proposals[index]!
    if (query.data) previous.current.set(digest, query.data)
    return { checked: query.data ?? previous.current.get(digest), query }
  })
}
