// Disputes what the chain cannot see. Nothing of the lease is paid until the dispute ends.
import type { Hash, Hex } from "viem"
import type { TermsView } from "../../api/types.ts"
import { type Call, callOf, send, type Wallet } from "../call.ts"
import { termsOf } from "../terms.ts"

export interface Dispute {
  terms: TermsView
  /** keccak256 of what the tenant shows the arbiters. */
  evidence: Hex
  /** Wei: the market's `disputeDeposit`, sent along. */
  deposit: bigint
}

export function disputeCall({ terms, evidence, deposit }: Dispute): Call {
  return callOf("dispute", [termsOf(terms), evidence], deposit)
}

export async function dispute(client: Wallet, parameters: Dispute): Promise<Hash> {
  return send(client, disputeCall(parameters))
}
