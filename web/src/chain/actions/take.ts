// Opens a lease from an offer with its deposit.
import { type Address, zeroAddress } from "viem"
import { type Call, callOf } from "../call.ts"
import type { Order } from "../terms.ts"

export interface Take {
  /** The offer's number. */
  offer: number
  /** The offer's currency: the deposit is sent with the call when it is the chain's coin. */
  currency: Address
  order: Order
  /** Base units. */
  deposit: bigint
}

export function takeCall({ offer, currency, order, deposit }: Take): Call {
  return callOf("take", [offer, order, deposit], currency === zeroAddress ? deposit : 0n)
}
