// A wallet on a chain that records what is sent, for the tests of the actions.
import {
  type Address,
  createClient,
  custom,
  decodeFunctionData,
  encodeErrorResult,
  type Hex,
  hexToBigInt,
  keccak256,
} from "viem"
import { market } from "../src/chain/abi.ts"
import type { Wallet } from "../src/chain/call.ts"
import { chainOf } from "../src/chain/wagmiConfig.ts"

export const ADDRESS: Address = "0x90F79bf6EB2c4f870365E785982E1f101E93b906"
export const OTHER: Address = "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65"
export const TOKEN: Address = "0x00000000000000000000000000000000000000AA"
export const MARKET: Address = "0x00000000000000000000000000000000000000bb"
export const HASH: Hex = keccak256("0x01")
export const CHAIN_ID = 31337

export interface Sent {
  from: Address
  to: Address
  data: Hex
  value: bigint
}

/** How the market answers the simulated call. */
export interface Answer {
  /** The name of its custom error; none: it accepts. */
  refusal?: string
  arguments?: unknown[]
  result?: Hex
  /** The wallet's signature of typed data, which is recorded under `signed`. */
  signature?: Hex
  /** The code at the wallet's own address: it is a contract. */
  code?: Hex
  /** Answers of reads by the call's selector; they precede any refusal. */
  reads?: Record<Hex, Hex>
  /** The logs that eth_getLogs finds, filtered by topics. */
  logs?: object[]
}

export function recorder(answer: Answer = {}) {
  const sent: Sent[] = []
  const signed: { primaryType: string; message: Record<string, unknown>; domain: Record<string, unknown> }[] =
    []
  const config = { chainId: CHAIN_ID, chainName: "test", market: MARKET, block: 0, api: "" }
  const chain = chainOf({ ...config, rpcUrl: null, explorer: null, walletConnectProjectId: null })
  async function request({ method, params }: { method: string; params?: unknown }): Promise<unknown> {
    const list = (params ?? []) as [Record<string, Hex>, ...unknown[]]
    switch (method) {
      case "eth_chainId":
        return `0x${CHAIN_ID.toString(16)}`
      case "eth_getCode":
        return answer.code ?? "0x"
      case "eth_getBlockByNumber":
        return { number: "0x1", timestamp: "0x6553f100", hash: HASH, transactions: [] }
      case "eth_getTransactionReceipt":
        return { transactionHash: HASH, blockNumber: "0x1", status: "0x1", logs: [] }
      case "eth_getLogs": {
        const { topics = [] } = list[0] as { topics?: (string | string[] | null)[] }
        return (answer.logs ?? []).filter((log) =>
          topics.every(
            (topic, place) => !topic || topic.includes((log as { topics: string[] }).topics[place]!),
          ),
        )
      }
      case "eth_blockNumber":
        return "0x1"
      case "eth_call": {
        const read = answer.reads?.[list[0].data?.slice(0, 10) as Hex]
        if (read) return read
        // A token's contract without a function returns nothing.
        if (answer.reads && list[0].to !== MARKET) return "0x"
        if (!answer.refusal) return answer.result ?? "0x"
        const data = encodeErrorResult({
          abi: market,
          errorName: answer.refusal,
          args: answer.arguments,
        } as never)
        throw Object.assign(new Error("execution reverted"), { code: 3, data })
      }
      case "eth_sendTransaction": {
        const [{ from, to, data, value }] = list
        sent.push({ from: from!, to: to!, data: data!, value: value ? hexToBigInt(value) : 0n })
        return HASH
      }
      case "eth_signTypedData_v4": {
        signed.push(JSON.parse(String((params as unknown[])[1])))
        return answer.signature ?? (`0x${"11".repeat(64)}1b` as Hex)
      }
      default:
        throw Object.assign(new Error(`${method} is not for this test`), { code: -32601 })
    }
  }
  const wallet: Wallet = createClient({
    account: ADDRESS,
    chain,
    transport: custom({ request }, { retryCount: 0 }),
  })
  return { wallet, sent, signed }
}

/** The only transaction to the market, decoded. */
export function onlyCall(sent: Sent[]): { name: string; args: readonly unknown[]; value: bigint } {
  const [first] = sent
  if (sent.length !== 1 || !first) throw new Error(`${sent.length} transactions were sent`)
  if (first.to.toLowerCase() !== MARKET || first.from.toLowerCase() !== ADDRESS.toLowerCase())
    throw new Error(`from ${first.from} to ${first.to}`)
  const { functionName, args } = decodeFunctionData({ abi: market, data: first.data })
  return { name: functionName, args: args ?? [], value: first.value }
}
