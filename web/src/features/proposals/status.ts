import { type UseQueryResult, useQuery } from "@tanstack/react-query"
import type { Address, Hex } from "viem"
import { useClient } from "wagmi"
import { type DecodedCall, decodeCall } from "../../chain/decodeCall.ts"
import type { ProposalCase, RuleContext } from "../../chain/legal.ts"
import type { CheckedProposal } from "../../chain/proposals.ts"
import type { Reader } from "../../chain/reader.ts"

/** A call, decoded into sentences. */
export function useDecodedCall(account: Address, call: Hex, value: bigint): UseQueryResult<DecodedCall> {
  const reader = useClient() as Reader | undefined
  return useQuery({
    queryKey: ["decoded call", account, call, value.toString()],
    enabled: reader !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () => decodeCall(reader!, account, call, value),
  })
}

/** The context in which the rules of legal.ts judge a proposal. */
export function caseOf(checked: CheckedProposal, here: RuleContext): ProposalCase {
  const { action, sound, binding, state, consents } = checked
  return {
    ...here,
    account: action.account,
    expiry: Number(action.expiry),
    version: action.version,
    sound,
    binding,
    taken: state.nonceUsed,
    consented: consents.map(({ approver }) => approver),
    revoked: state.revoked.map(({ approver }) => approver),
  }
}

export type ProposalStatus = "changed" | "taken" | "free" | "anew" | "expired" | "ready" | "mine" | "waiting"

/** The status of a proposal for the current user. */
export function statusOf(checked: CheckedProposal, here: RuleContext): ProposalStatus {
  const { action, sound, binding, state, consents } = checked
  if (!sound) return "changed"
  if (state.nonceUsed) return "taken"
  if (!binding) return "free"
  if (binding.version !== action.version) return "anew"
  if (BigInt(here.now) > action.expiry) return "expired"
  if (consents.length >= binding.threshold) return "ready"
  const is = (address: Address) => address.toLowerCase() === here.me?.toLowerCase()
  const asked = binding.approvers.some(is)
  const answered =
    consents.some(({ approver }) => is(approver)) || state.revoked.some(({ approver }) => is(approver))
  return asked && !answered ? "mine" : "waiting"
}
