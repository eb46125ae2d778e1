// An approver revokes its consent to an action, given by signature or transaction. Irrevocable.
import type { Address, Hash, Hex } from "viem"
import { type Call, callOf, send, type Wallet } from "../call.ts"

export interface Revoke {
  account: Address
  /** The action's digest. */
  action: Hex
  /** All approvers of the account, ascending. */
  approvers: readonly Address[]
}

export function revokeCall({ account, action, approvers }: Revoke): Call {
  return callOf("revoke", [account, action, approvers])
}

export async function revoke(client: Wallet, parameters: Revoke): Promise<Hash> {
  return send(client, revokeCall(parameters))
}
