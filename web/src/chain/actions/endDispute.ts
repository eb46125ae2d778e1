// Ends a dispute after the arbiters' deadline; the provider's proofs are upheld. Anyone may.
import type { Hash } from "viem"
import type { TermsView } from "../../api/types.ts"
import { type Call, callOf, send, type Wallet } from "../call.ts"
import { termsOf } from "../terms.ts"

export interface EndDispute {
  terms: TermsView
}

export function endDisputeCall({ terms }: EndDispute): Call {
  return callOf("endDispute", [termsOf(terms)])
}

export async function endDispute(client: Wallet, parameters: EndDispute): Promise<Hash> {
  return send(client, endDisputeCall(parameters))
}
