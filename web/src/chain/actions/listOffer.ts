// Lists a price list. A new price is always a new offer.
import type { Address, Hash } from "viem"
import { type Call, callOf, send, type Wallet } from "../call.ts"
import type { Prices } from "../terms.ts"

export interface ListOffer {
  currency: Address
  /** Base units × 1e12 a second and unit. */
  prices: Prices
}

export function listOfferCall({ currency, prices }: ListOffer): Call {
  return callOf("listOffer", [currency, prices])
}

export async function listOffer(client: Wallet, parameters: ListOffer): Promise<Hash> {
  return send(client, listOfferCall(parameters))
}
