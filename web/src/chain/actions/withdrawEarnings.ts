// Withdraws earnings.
import { type Address, type Hash, maxUint256 } from "viem"
import { type Call, callOf, send, type Wallet } from "../call.ts"

export const ALL = maxUint256

export interface WithdrawEarnings {
  currency: Address
  /** The recipient. */
  to: Address
  /** Base units; `ALL` for the whole balance. */
  amount: bigint
}

export function withdrawEarningsCall({ currency, to, amount }: WithdrawEarnings): Call {
  return callOf("withdrawEarnings", [currency, to, amount])
}

export async function withdrawEarnings(client: Wallet, parameters: WithdrawEarnings): Promise<Hash> {
  return send(client, withdrawEarningsCall(parameters))
}
