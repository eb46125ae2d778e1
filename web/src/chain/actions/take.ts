// Opens a lease from an offer with its deposit.
import { type Address, zeroAddress } from "viem"
import { type Call, callOf } from "../call.ts"
import type { Order } from "../terms.ts"

export interface Take {
  /** The offer's number. */
  offer: number
  /** The offer's: with the chain's coin the deposit is sent along. */
  currency: Address
  order: Order
  /** Base units. */
  deposit: bigint
}

export function takeCall({ offer, currency, order, deposit }: Take): Call {
  return callOf("take", [offer, order, deposit], currency === zeroAddress ? deposit : 0n)
}
