// Ends a provider's registration after the exit delay; the bond becomes earnings.
import type { Hash } from "viem"
import { type Call, callOf, send, type Wallet } from "../call.ts"

export function unregisterCall(): Call {
  return callOf("unregister", [])
}

export async function unregister(client: Wallet): Promise<Hash> {
  return send(client, unregisterCall())
}
