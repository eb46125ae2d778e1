// Calls to the market. Every file under actions/ builds one; a bound account's proposal carries the same call to its
// approvers.
import {
  type Account,
  type Address,
  type Chain,
  type Client,
  type ContractFunctionArgs,
  type ContractFunctionName,
  encodeFunctionData,
  type Hash,
  type Hex,
  type Transport,
} from "viem"
import { call, sendTransaction } from "viem/actions"
import { market } from "./abi.ts"

/** A wallet that can sign, on a chain with a market (see `chainOf`). */
export type Wallet = Client<Transport, Chain, Account>

export type Verb = ContractFunctionName<typeof market, "nonpayable" | "payable">

export interface Call {
  verb: Verb
  data: Hex
  /** Wei sent with the call. */
  value: bigint
}

export function callOf<V extends Verb>(
  verb: V,
  args: ContractFunctionArgs<typeof market, "nonpayable" | "payable", V>,
  value = 0n,
): Call {
  // The union of all functions of the ABI is too large for the compiler here; `args` is checked against `verb` above.
  const data = encodeFunctionData({ abi: market, functionName: verb, args } as never)
  return { verb, data, value }
}

export function marketOf(client: { chain: Chain }): Address {
  const found = client.chain.contracts?.market
  if (!found || !("address" in found)) throw new Error("this chain has no market")
  return found.address as Address
}

/**
 * Sends a call to the market.
 * It is simulated first, so that a refusal is known before the wallet prompts; the error then carries the custom error
 * (see errors.ts).
 */
export async function send(client: Wallet, { data, value }: Call): Promise<Hash> {
  const to = marketOf(client)
  await call(client, { account: client.account, to, data, value })
  return sendTransaction(client, { account: client.account, chain: client.chain, to, data, value })
}
