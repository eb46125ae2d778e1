// Cancels an open order and returns its deposit.
import type { Hash } from "viem"
import { type Call, callOf, send, type Wallet } from "../call.ts"
import type { AuctionOrder } from "../terms.ts"

export interface CancelOrder {
  order: AuctionOrder
}

export function cancelOrderCall({ order }: CancelOrder): Call {
  return callOf("cancelOrder", [order])
}

export async function cancelOrder(client: Wallet, parameters: CancelOrder): Promise<Hash> {
  return send(client, cancelOrderCall(parameters))
}
