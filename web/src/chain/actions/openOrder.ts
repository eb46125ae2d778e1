// Opens an order for bids; the deposit is held by the market.
import { zeroAddress } from "viem"
import { type Call, callOf } from "../call.ts"
import type { AuctionOrder } from "../terms.ts"

export interface OpenOrder {
  order: AuctionOrder
  /** Base units. */
  deposit: bigint
}

export function openOrderCall({ order, deposit }: OpenOrder): Call {
  return callOf("openOrder", [order, deposit], order.currency === zeroAddress ? deposit : 0n)
}
