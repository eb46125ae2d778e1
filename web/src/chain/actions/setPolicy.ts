// Replaces the policy of an open lease. The current replica count has to be within its bounds.
import type { Hash } from "viem"
import type { PolicyView, TermsView } from "../../api/types.ts"
import { type Call, callOf, send, type Wallet } from "../call.ts"
import { termsOf } from "../terms.ts"

export interface SetPolicy {
  terms: TermsView
  policy: PolicyView
}

export function setPolicyCall({ terms, policy }: SetPolicy): Call {
  return callOf("setPolicy", [termsOf(terms), policy])
}

export async function setPolicy(client: Wallet, parameters: SetPolicy): Promise<Hash> {
  return send(client, setPolicyCall(parameters))
}
