// Ends a dispute that the arbiters left alone: the provider's proofs stand; anyone may.
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
