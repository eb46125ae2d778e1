// Returns to the tenant what a closed lease no longer owes. Anyone may.
import type { Hash } from "viem"
import type { TermsView } from "../../api/types.ts"
import { type Call, callOf, send, type Wallet } from "../call.ts"
import { termsOf } from "../terms.ts"

export interface Refund {
  terms: TermsView
}

export function refundCall({ terms }: Refund): Call {
  return callOf("refund", [termsOf(terms)])
}

export async function refund(client: Wallet, parameters: Refund): Promise<Hash> {
  return send(client, refundCall(parameters))
}
