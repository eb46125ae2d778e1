// Replaces the caller's attributes, such as `region=eu`.
import type { Hash } from "viem"
import { type Call, callOf, send, type Wallet } from "../call.ts"
import { attributeOf } from "../terms.ts"

export interface SetAttributes {
  attributes: readonly string[]
}

export function setAttributesCall({ attributes }: SetAttributes): Call {
  return callOf("setAttributes", [attributes.map(attributeOf)])
}

export async function setAttributes(client: Wallet, parameters: SetAttributes): Promise<Hash> {
  return send(client, setAttributesCall(parameters))
}
