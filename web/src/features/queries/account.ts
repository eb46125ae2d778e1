// How an account is bound, and the history of its approvals, read from the chain.
import { type UseQueryResult, useQuery } from "@tanstack/react-query"
import type { Address } from "viem"
import { useClient } from "wagmi"
import { useStreamState } from "../../api/eventStream.ts"
import {
  type ApprovalEvent,
  type Binding,
  type LimitsNow,
  readApprovalEvents,
  readBinding,
  readBoundTo,
  readLimits,
} from "../../chain/binding.ts"
import type { Reader } from "../../chain/reader.ts"

/** Milliseconds between two reads while the event stream is down; while it is live, its events invalidate the queries. */
export function usePollInterval(): number | false {
  return useStreamState() === "live" ? false : 3_000
}

function useAccount<T>(
  account: Address | undefined,
  what: string,
  read: (reader: Reader, account: Address) => Promise<T>,
) {
  const reader = useClient() as Reader | undefined
  const refetchInterval = usePollInterval()
  return useQuery({
    queryKey: ["account", account?.toLowerCase(), what],
    enabled: reader !== undefined && account !== undefined,
    refetchInterval,
    queryFn: () => read(reader!, account!),
  })
}

/** How an account is bound; null: not bound. */
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

/** The accounts of which an address is an approver. */
export function useApproverFor(approver: Address | undefined): UseQueryResult<Address[]> {
  return useAccount(approver, "bound to", readBoundTo)
}
