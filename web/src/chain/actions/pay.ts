// Sends a call that spends the caller's money, in the way that the currency allows.
import { type Address, type Hash, zeroAddress } from "viem"
import { readContract, waitForTransactionReceipt } from "viem/actions"
import { erc20 } from "../abi.ts"
import { type Call, marketOf, send, type Wallet } from "../call.ts"
import { approve } from "./approve.ts"
import { NoPermit, withPermit } from "./withPermit.ts"

export interface Pay {
  currency: Address
  /** Base units that the call spends. */
  amount: bigint
  call: Call
}

/**
 * Sends the call directly when it carries the chain's coin or the allowance suffices; with a signed permit when the
 * token has EIP-2612; otherwise after an approval, which is a transaction of its own.
 */
export async function pay(client: Wallet, { currency, amount, call }: Pay): Promise<Hash> {
  if (currency === zeroAddress || amount === 0n) return send(client, call)
  const allowance = await readContract(client, {
    address: currency,
    abi: erc20,
    functionName: "allowance",
    args: [client.account.address, marketOf(client)],
  })
  if (allowance >= amount) return send(client, call)
  try {
    return await withPermit(client, { currency, amount, call })
  } catch (error) {
    if (!(error instanceof NoPermit)) throw error
  }
  const hash = await approve(client, { token: currency, amount })
  await waitForTransactionReceipt(client, { hash, pollingInterval: 500 })
  return send(client, call)
}
