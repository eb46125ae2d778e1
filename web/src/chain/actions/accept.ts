// Opens a lease from each order with the bid beside it, all or none.
import type { Hash } from "viem"
import { type Call, callOf, send, type Wallet } from "../call.ts"
import type { AuctionOrder, Bid } from "../terms.ts"

export interface Accept {
  acceptances: readonly { order: AuctionOrder; bid: Bid }[]
}

export function acceptCall({ acceptances }: Accept): Call {
  return callOf("accept", [acceptances])
}

export async function accept(client: Wallet, parameters: Accept): Promise<Hash> {
  return send(client, acceptCall(parameters))
}
