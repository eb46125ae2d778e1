// Opens a lease from each order with its bid, atomically.
import { type Call, callOf } from "../call.ts"
import type { AuctionOrder, Bid } from "../terms.ts"

export interface Accept {
  acceptances: readonly { order: AuctionOrder; bid: Bid }[]
}

export function acceptCall({ acceptances }: Accept): Call {
  return callOf("accept", [acceptances])
}
