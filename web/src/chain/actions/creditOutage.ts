// Pays a lease its service credit for its provider's confirmed outage; anyone may.
import type { Hash } from "viem"
import type { TermsView } from "../../api/types.ts"
import { type Call, callOf, send, type Wallet } from "../call.ts"
import { termsOf } from "../terms.ts"

export interface CreditOutage {
  terms: TermsView
}

export function creditOutageCall({ terms }: CreditOutage): Call {
  return callOf("creditOutage", [termsOf(terms)])
}

export async function creditOutage(client: Wallet, parameters: CreditOutage): Promise<Hash> {
  return send(client, creditOutageCall(parameters))
}
