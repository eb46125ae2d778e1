// Asks providers for bids, and leaves the deposit in the market.
import { type Hash, zeroAddress } from "viem"
import { type Call, callOf, send, type Wallet } from "../call.ts"
import type { AuctionOrder } from "../terms.ts"

export interface OpenOrder {
  order: AuctionOrder
  /** Base units. */
  deposit: bigint
}

export function openOrderCall({ order, deposit }: OpenOrder): Call {
  return callOf("openOrder", [order, deposit], order.currency === zeroAddress ? deposit : 0n)
}

export async function openOrder(client: Wallet, parameters: OpenOrder): Promise<Hash> {
  return send(client, openOrderCall(parameters))
}
