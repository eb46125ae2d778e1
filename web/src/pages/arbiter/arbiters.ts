import type { Address } from "viem"
import type { Binding } from "../../chain/binding.ts"
import type { Here } from "../../chain/legal.ts"

/** The arbiters' account, and what whoever looks is to it. */
export interface Bench {
  account: Address
  /** Null: it acts by its own key. */
  binding: Binding | null
  role: "arbiters" | "approver" | "reader"
}

/** An approver of the bound account acts as that account, by proposing. */
export function seat(here: Here, { account, binding, role }: Bench): Here {
  return binding && role === "approver" ? { ...here, me: account } : here
}
