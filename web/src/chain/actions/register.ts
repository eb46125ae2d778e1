// Registers a provider; the value sent is its bond.
import type { Hash, Hex } from "viem"
import { type Call, callOf, send, type Wallet } from "../call.ts"
import type { Shape } from "../terms.ts"

export interface Register {
  /** What its machines have in all. */
  capacity: Shape
  /** X25519 public key for secrets. */
  sealingKey: Hex
  /** URL of its API. */
  endpoint: string
  /** Wei. */
  bond: bigint
}

export function registerCall({ capacity, sealingKey, endpoint, bond }: Register): Call {
  return callOf("register", [capacity, sealingKey, endpoint], bond)
}

export async function register(client: Wallet, parameters: Register): Promise<Hash> {
  return send(client, registerCall(parameters))
}
