// Replaces what a provider registered; calls an announced exit off.
import type { Hash, Hex } from "viem"
import { type Call, callOf, send, type Wallet } from "../call.ts"
import type { Shape } from "../terms.ts"

export interface UpdateProvider {
  /** What its machines have in all. */
  capacity: Shape
  /** X25519 public key for secrets. */
  sealingKey: Hex
  /** URL of its API. */
  endpoint: string
}

export function updateProviderCall({ capacity, sealingKey, endpoint }: UpdateProvider): Call {
  return callOf("updateProvider", [capacity, sealingKey, endpoint])
}

export async function updateProvider(client: Wallet, parameters: UpdateProvider): Promise<Hash> {
  return send(client, updateProviderCall(parameters))
}
