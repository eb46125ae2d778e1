// Sets the replica count within the policy's bounds.
import type { Hash } from "viem"
import type { TermsView } from "../../api/types.ts"
import { type Call, callOf, send, type Wallet } from "../call.ts"
import { termsOf } from "../terms.ts"

export interface Scale {
  terms: TermsView
  replicas: number
}

export function scaleCall({ terms, replicas }: Scale): Call {
  return callOf("scale", [termsOf(terms), replicas])
}

export async function scale(client: Wallet, parameters: Scale): Promise<Hash> {
  return send(client, scaleCall(parameters))
}
