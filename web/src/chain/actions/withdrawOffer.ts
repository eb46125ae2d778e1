// Withdraws an offer. Leases opened from it keep their terms.
import type { Hash } from "viem"
import { type Call, callOf, send, type Wallet } from "../call.ts"

export interface WithdrawOffer {
  offer: number
}

export function withdrawOfferCall({ offer }: WithdrawOffer): Call {
  return callOf("withdrawOffer", [offer])
}

export async function withdrawOffer(client: Wallet, parameters: WithdrawOffer): Promise<Hash> {
  return send(client, withdrawOfferCall(parameters))
}
