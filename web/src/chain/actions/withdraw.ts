// Withdraws money from an open lease. What may be owed and the notice period's money remain.
import type { Hash } from "viem"
import type { TermsView } from "../../api/types.ts"
import { type Call, callOf, send, type Wallet } from "../call.ts"
import { termsOf } from "../terms.ts"

export interface Withdraw {
  terms: TermsView
  /** Base units, paid to the tenant. */
  amount: bigint
}

export function withdrawCall({ terms, amount }: Withdraw): Call {
  return callOf("withdraw", [termsOf(terms), amount])
}

export async function withdraw(client: Wallet, parameters: Withdraw): Promise<Hash> {
  return send(client, withdrawCall(parameters))
}
