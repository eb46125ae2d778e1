// Moves a lease with its money to an offer in the same currency.
import type { Hash } from "viem"
import type { TermsView } from "../../api/types.ts"
import { type Call, callOf, send, type Wallet } from "../call.ts"
import { termsOf } from "../terms.ts"

export interface MoveToOffer {
  terms: TermsView
  offer: number
  /** The highest rate that the new lease may reserve: base units × 1e12 per second. */
  maxRate: bigint
}

export function moveToOfferCall({ terms, offer, maxRate }: MoveToOffer): Call {
  return callOf("moveToOffer", [termsOf(terms), offer, maxRate])
}

export async function moveToOffer(client: Wallet, parameters: MoveToOffer): Promise<Hash> {
  return send(client, moveToOfferCall(parameters))
}
