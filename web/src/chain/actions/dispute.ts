// Disputes what the contract cannot check. Payments of the lease are frozen until the dispute ends.
import type { Hash, Hex } from "viem"
import type { TermsView } from "../../api/types.ts"
import { type Call, callOf, send, type Wallet } from "../call.ts"
import { termsOf } from "../terms.ts"

export interface Dispute {
  terms: TermsView
  /** keccak256 of the evidence. */
  evidence: Hex
  /** Wei: the market's `disputeDeposit`, sent with the call. */
  deposit: bigint
}

export function disputeCall({ terms, evidence, deposit }: Dispute): Call {
  return callOf("dispute", [termsOf(terms), evidence], deposit)
}

export async function dispute(client: Wallet, parameters: Dispute): Promise<Hash> {
  return send(client, disputeCall(parameters))
}
