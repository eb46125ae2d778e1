// Executes an action with its required consents.
import type { Address, Hash, Hex } from "viem"
import { type Call, callOf, send, type Wallet } from "../call.ts"

export interface Approved {
  account: Address
  /** The encoded call that was consented to. */
  call: Hex
  /** Wei sent with the call. */
  value: bigint
  nonce: bigint
  expiry: bigint
  /** All approvers of the account, ascending. */
  approvers: readonly Address[]
  /** In the order of their approvers; for a consent by transaction, the approver's bare address. */
  signatures: readonly Hex[]
}

export function approvedCall({ account, call, value, nonce, expiry, approvers, signatures }: Approved): Call {
  return callOf("approved", [account, call, { nonce, expiry, approvers, signatures }], value)
}

export async function approved(client: Wallet, parameters: Approved): Promise<Hash> {
  return send(client, approvedCall(parameters))
}
