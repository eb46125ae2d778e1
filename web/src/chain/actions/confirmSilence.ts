// Confirms a report of silence after its grace; anyone may.
import type { Address, Hash } from "viem"
import { type Call, callOf, send, type Wallet } from "../call.ts"

export interface ConfirmSilence {
  provider: Address
}

export function confirmSilenceCall({ provider }: ConfirmSilence): Call {
  return callOf("confirmSilence", [provider])
}

export async function confirmSilence(client: Wallet, parameters: ConfirmSilence): Promise<Hash> {
  return send(client, confirmSilenceCall(parameters))
}
