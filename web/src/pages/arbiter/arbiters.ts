import type { Address } from "viem"
import type { Binding } from "../../chain/binding.ts"
import type { RuleContext } from "../../chain/legal.ts"

/** The arbiters' account, and the user's role in it. */
export interface Arbiters {
  account: Address
  /** Null: not bound; it acts by its own key. */
  binding: Binding | null
  role: "arbiters" | "approver" | "reader"
}

/** An approver of the bound account acts as that account, by proposing. */
export function actAs(here: RuleContext, { account, binding, role }: Arbiters): RuleContext {
  return binding && role === "approver" ? { ...here, me: account } : here
}
