// Moves a lease with its money to a bid on an identical order.
import type { Hash } from "viem"
import type { TermsView } from "../../api/types.ts"
import { type Call, callOf, send, type Wallet } from "../call.ts"
import { type AuctionOrder, type Bid, termsOf } from "../terms.ts"

export interface MoveToBid {
  terms: TermsView
  order: AuctionOrder
  bid: Bid
}

export function moveToBidCall({ terms, order, bid }: MoveToBid): Call {
  return callOf("moveToBid", [termsOf(terms), order, bid])
}

export async function moveToBid(client: Wallet, parameters: MoveToBid): Promise<Hash> {
  return send(client, moveToBidCall(parameters))
}
