// Adds money to a lease. Anyone may.
import { type Address, type Hex, zeroAddress } from "viem"
import { type Call, callOf } from "../call.ts"

export interface TopUp {
  currency: Address
  lease: Hex
  amount: bigint
}

export function topUpCall({ currency, lease, amount }: TopUp): Call {
  return callOf("topUp", [currency, lease, amount], currency === zeroAddress ? amount : 0n)
}
