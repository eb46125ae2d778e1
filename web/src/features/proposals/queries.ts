// Proposals that wait at the page's own provider, and those that came from files. What an approver signs reaches the others by
// the mailbox, or by a file; the chain is asked about each (see proposals.ts).
import { type UseQueryResult, useQueries, useQuery, useQueryClient } from "@tanstack/react-query"
import { useMemo, useRef } from "react"
import { type Address, type Hex, size } from "viem"
import { useClient } from "wagmi"
import { ApiError, providerApi, unwrap } from "../../api/client.ts"
import { useConfig } from "../../api/config.ts"
import { useStreamState } from "../../api/eventStream.ts"
import type { ProposalView } from "../../api/types.ts"
import { storedState } from "../../browser/storage.ts"
import {
  type ApprovalEvent,
  type Binding,
  type LimitsNow,
  readApprovalEvents,
  readBinding,
  readBoundTo,
  readLimits,
} from "../../chain/binding.ts"
import {
  bareOf,
  type CheckedProposal,
  checkProposal,
  mergeConsents,
  type Proposal,
} from "../../chain/proposals.ts"
import type { Reader } from "../../chain/reader.ts"
import { useSession } from "../session/useSession.ts"

const KEY = "tidemark.proposals"
const shelved = storedState<Proposal[]>(KEY, (kept) => (Array.isArray(kept) ? kept : []))

/** What this browser keeps. */
export const useStoredProposals = shelved.use

const same = (a: Proposal, digest: Hex) => a.digest.toLowerCase() === digest.toLowerCase()

/** Keeps a proposal in this browser; with another's consents when it is there already. */
export function storeProposal(proposal: Proposal) {
  const there = shelved.get().find((one) => same(one, proposal.digest))
  const next = there ? mergeConsents(there, proposal) : proposal
  shelved.set([next, ...shelved.get().filter((one) => !same(one, proposal.digest))])
}

/** Forgets what this browser keeps of a proposal. */
export function forgetProposal(digest: Hex) {
  shelved.set(shelved.get().filter((one) => !same(one, digest)))
}

/** What waits at the provider for whoever has signed in; empty where it has no mailbox. */
export function useSharedProposals(): UseQueryResult<ProposalView[]> {
  const { api } = useConfig()
  const { session } = useSession(api)
  return useQuery({
    queryKey: ["proposals", session?.address],
    enabled: session !== null,
    refetchInterval: 5_000,
    queryFn: ({ signal }) => unwrap(providerApi(api, signal).GET("/v1/proposals")),
  })
}

/** Both: newest first, each once. */
export function useProposals(): {
  proposals: Proposal[]
  mailed: Set<string>
  mailbox: UseQueryResult<ProposalView[]>
} {
  const mailbox = useSharedProposals()
  const kept = useStoredProposals()
  return useMemo(() => {
    const mails = mailbox.data ?? []
    const all = new Map<string, Proposal>(kept.map((one) => [one.digest.toLowerCase(), one]))
    for (const mail of mails) {
      const there = all.get(mail.digest.toLowerCase())
      all.set(mail.digest.toLowerCase(), there ? mergeConsents(mail, there) : mail)
    }
    const proposals = [...all.values()].sort((a, b) => Number(b.expiry) - Number(a.expiry))
    return { proposals, mailed: new Set(mails.map(({ digest }) => digest.toLowerCase())), mailbox }
  }, [mailbox, kept])
}

export interface ProposalActions {
  /** Puts a proposal into the mailbox. */
  propose: (proposal: Proposal) => Promise<void>
  /** Adds a consent to one that is there. */
  consent: (digest: Hex, approver: Address, signature: Hex) => Promise<void>
  remove: (digest: Hex) => Promise<void>
}

/** A mailbox takes a contract's own signature without the address before it. */
function mailed({ approver, signature }: { approver: Address; signature: Hex }) {
  return { approver, signature: size(signature) === 65 ? signature : bareOf(approver, signature) }
}

export function useProposalActions(): ProposalActions {
  const { api } = useConfig()
  const queries = useQueryClient()
  const changed = () => queries.invalidateQueries({ queryKey: ["proposals"] })
  return {
    async propose({ createdAtMs: _, createdBy: __, ...proposal }) {
      const body = { ...proposal, consents: proposal.consents.map(mailed) }
      await unwrap(providerApi(api).POST("/v1/proposals", { body }))
      await changed()
    },
    async consent(digest, approver, signature) {
      const params = { path: { digest } }
      const body = mailed({ approver, signature })
      await unwrap(providerApi(api).POST("/v1/proposals/{digest}/consents", { params, body }))
      await changed()
    },
    async remove(digest) {
      try {
        await unwrap(providerApi(api).DELETE("/v1/proposals/{digest}", { params: { path: { digest } } }))
        await changed()
      } catch (error) {
        if (!(error instanceof ApiError && error.status === 404)) throw error
      }
    },
  }
}

function useInterval(): number | false {
  return useStreamState() === "live" ? false : 3_000
}

const given = ({ consents }: Proposal) => consents.map(({ signature }) => signature.slice(-16)).join()

export interface Checking {
  /** While it is checked anew, because another consent came, what was found before. */
  checked: CheckedProposal | undefined
  query: UseQueryResult<CheckedProposal>
}

/** Each proposal beside what the chain says of it. The account's events make it old. */
export function useCheckedProposals(proposals: Proposal[]): Checking[] {
  const reader = useClient() as Reader | undefined
  const refetchInterval = useInterval()
  const before = useRef(new Map<string, CheckedProposal>())
  const queries = useQueries({
    queries: proposals.map((proposal) => ({
      queryKey: ["account", proposal.account.toLowerCase(), "proposal", proposal.digest, given(proposal)],
      enabled: reader !== undefined,
      refetchInterval,
      queryFn: () => checkProposal(reader!, proposal),
    })),
  })
  return queries.map((query, index) => {
    const { digest } = proposals[index]!
    if (query.data) before.current.set(digest, query.data)
    return { checked: query.data ?? before.current.get(digest), query }
  })
}

function useAccount<T>(
  account: Address | undefined,
  what: string,
  read: (reader: Reader, account: Address) => Promise<T>,
) {
  const reader = useClient() as Reader | undefined
  const refetchInterval = useInterval()
  return useQuery({
    queryKey: ["account", account?.toLowerCase(), what],
    enabled: reader !== undefined && account !== undefined,
    refetchInterval,
    queryFn: () => read(reader!, account!),
  })
}

/** How an account is bound; null: it is free. */
export function useBinding(account: Address | undefined): UseQueryResult<Binding | null> {
  return useAccount(account, "binding", readBinding)
}

export function useLimits(account: Address | undefined, currency: Address): UseQueryResult<LimitsNow> {
  return useAccount(account, `limits ${currency.toLowerCase()}`, (reader, of) =>
    readLimits(reader, of, currency),
  )
}

export function useApprovalEvents(account: Address | undefined): UseQueryResult<ApprovalEvent[]> {
  return useAccount(account, "history", readApprovalEvents)
}

/** Accounts for which somebody is an approver. */
export function useApproverFor(approver: Address | undefined): UseQueryResult<Address[]> {
  return useAccount(approver, "bound to", readBoundTo)
}
