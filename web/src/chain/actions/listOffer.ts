// Lists an offer. Prices of an offer never change: a new price is a new offer.
import type { Address, Hash } from "viem"
import { type Call, callOf, send, type Wallet } from "../call.ts"
import type { Prices } from "../terms.ts"

export interface ListOffer {
  currency: Address
  /** Base units × 1e12 per second and unit. */
  prices: Prices
}

export function listOfferCall({ currency, prices }: ListOffer): Call {
  return callOf("listOffer", [currency, prices])
}

export async function listOffer(client: Wallet, parameters: ListOffer): Promise<Hash> {
  return send(client, listOfferCall(parameters))
}
