// Pays earnings out.
import { type Address, type Hash, maxUint256 } from "viem"
import { type Call, callOf, send, type Wallet } from "../call.ts"

export const ALL = maxUint256

export interface WithdrawEarnings {
  currency: Address
  /** Who receives them. */
  to: Address
  /** Base units; `ALL` for whatever there is. */
  amount: bigint
}

export function withdrawEarningsCall({ currency, to, amount }: WithdrawEarnings): Call {
  return callOf("withdrawEarnings", [currency, to, amount])
}

export async function withdrawEarnings(client: Wallet, parameters: WithdrawEarnings): Promise<Hash> {
  return send(client, withdrawEarningsCall(parameters))
}
