// Closes a lease. What is not owed returns to the tenant at once, the rest by `refund`.
import type { Hash } from "viem"
import type { TermsView } from "../../api/types.ts"
import { type Call, callOf, send, type Wallet } from "../call.ts"
import { termsOf } from "../terms.ts"

export interface Close {
  terms: TermsView
}

export function closeCall({ terms }: Close): Call {
  return callOf("close", [termsOf(terms)])
}

export async function close(client: Wallet, parameters: Close): Promise<Hash> {
  return send(client, closeCall(parameters))
}
