// Allows the market to spend an amount of a token. For tokens without EIP-2612; for others withPermit.ts needs no
// separate transaction.
import { type Address, encodeFunctionData, type Hash } from "viem"
import { sendTransaction } from "viem/actions"
import { erc20 } from "../abi.ts"
import { marketOf, type Wallet } from "../call.ts"

export interface Approve {
  token: Address
  /** Base units. */
  amount: bigint
}

export async function approve(client: Wallet, { token, amount }: Approve): Promise<Hash> {
  const data = encodeFunctionData({ abi: erc20, functionName: "approve", args: [marketOf(client), amount] })
  return sendTransaction(client, { account: client.account, chain: client.chain, to: token, data })
}
