// A provider settles immediately with a statement that the tenant countersigned.
import type { Hash, Hex } from "viem"
import type { TermsView, UsageArgument } from "../../api/types.ts"
import { type Call, callOf, send, type Wallet } from "../call.ts"
import { termsOf, usageOf } from "../terms.ts"

export interface SettleSigned {
  terms: TermsView
  usage: UsageArgument
  /** The tenant's signature of the EIP-712 struct `Statement`: see signStatement.ts. */
  signature: Hex
}

export function settleSignedCall({ terms, usage, signature }: SettleSigned): Call {
  return callOf("settleSigned", [termsOf(terms), usageOf(usage), signature])
}

export async function settleSigned(client: Wallet, parameters: SettleSigned): Promise<Hash> {
  return send(client, settleSignedCall(parameters))
}
