// The arbiters' ruling on a dispute.
import type { TermsView } from "../../api/types.ts"
import { type Call, callOf } from "../call.ts"
import { termsOf } from "../terms.ts"

export interface Rule {
  terms: TermsView
  forTenant: boolean
  /** Wei to take from the provider's bond; 0 when the ruling is for the provider. */
  slash: bigint
}

export function ruleCall({ terms, forTenant, slash }: Rule): Call {
  return callOf("rule", [termsOf(terms), forTenant, slash])
}
