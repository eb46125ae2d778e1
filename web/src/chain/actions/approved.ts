// Takes an action with the consents that it needs.
import type { Address, Hash, Hex } from "viem"
import { type Call, callOf, send, type Wallet } from "../call.ts"

export interface Approved {
  account: Address
  /** The encoded call that was consented to. */
  call: Hex
  /** Wei that the call takes along. */
  value: bigint
  nonce: bigint
  expiry: bigint
  /** All of the account's, ascending. */
  approvers: readonly Address[]
  /** In the order of their approvers; the bare address of one that consented by transaction. */
  signatures: readonly Hex[]
}

export function approvedCall({ account, call, value, nonce, expiry, approvers, signatures }: Approved): Call {
  return callOf("approved", [account, call, { nonce, expiry, approvers, signatures }], value)
}

export async function approved(client: Wallet, parameters: Approved): Promise<Hash> {
  return send(client, approvedCall(parameters))
}
