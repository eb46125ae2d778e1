// Adds to the caller's bond.
import type { Hash } from "viem"
import { type Call, callOf, send, type Wallet } from "../call.ts"

export interface AddBond {
  /** Wei. */
  amount: bigint
}

export function addBondCall({ amount }: AddBond): Call {
  return callOf("addBond", [], amount)
}

export async function addBond(client: Wallet, parameters: AddBond): Promise<Hash> {
  return send(client, addBondCall(parameters))
}
