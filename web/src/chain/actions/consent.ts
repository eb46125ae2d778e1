// An approver consents to an action by transaction.
import type { Address, Hash, Hex } from "viem"
import { type Call, callOf, send, type Wallet } from "../call.ts"

export interface Consent {
  account: Address
  /** The action's digest. */
  action: Hex
  /** All approvers of the account, ascending. */
  approvers: readonly Address[]
}

export function consentCall({ account, action, approvers }: Consent): Call {
  return callOf("consent", [account, action, approvers])
}

export async function consent(client: Wallet, parameters: Consent): Promise<Hash> {
  return send(client, consentCall(parameters))
}
