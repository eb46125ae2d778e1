// A chain that answers reads by the called function, finds logs by their topics, signs with keys and records what is
// sent.
import {
  decodeFunctionData,
  type EIP1193RequestFn,
  encodeAbiParameters,
  encodeEventTopics,
  encodeFunctionResult,
  type Hex,
  toFunctionSelector,
} from "viem"
import { type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts"
import { market } from "../src/chain/abi.ts"
import type { Limit } from "../src/chain/terms.ts"
import { ADDRESS, CHAIN_ID, HASH, MARKET, OTHER } from "./wallet.ts"

/** The time of the chain's head. */
export const NOW = 1_700_000_000

/** Three approvers in ascending order. */
export const KEYS: PrivateKeyAccount[] = [1, 2, 3]
  .map((byte) => privateKeyToAccount(`0x${byte.toString(16).padStart(64, "0")}`))
  .sort((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1))
export const APPROVERS = KEYS.map(({ address }) => address)
export const VERSION = 3n

export function selectorOf(name: string): Hex {
  const found = market.find((item) => item.type === "function" && item.name === name)
  if (!found) throw new Error(`the market has no ${name}`)
  return toFunctionSelector(found as never)
}

/** Encoded results of the market's functions, by name. */
export function reads(answers: Record<string, unknown>): Record<Hex, Hex> {
  const encoded = Object.entries(answers).map(([functionName, result]) => [
    selectorOf(functionName),
    encodeFunctionResult({ abi: market, functionName, result } as never),
  ])
  return Object.fromEntries(encoded)
}

export function log(eventName: string, indexed: Record<string, unknown>, data: Hex = "0x") {
  const topics = encodeEventTopics({ abi: market, eventName, args: indexed } as never) as Hex[]
  return {
    ...{ address: MARKET, topics, data, blockNumber: "0x5", blockHash: HASH, transactionHash: HASH },
    ...{ logIndex: "0x0", transactionIndex: "0x0", removed: false },
  }
}

/** The event that bound an account to two of the three approvers. */
export function boundLog(account = ADDRESS, limits: Limit[] = [], threshold = 2n) {
  const components = [
    { name: "currency", type: "address" },
    { name: "rate", type: "uint104" },
    { name: "amount", type: "uint104" },
    { name: "exposure", type: "uint112" },
  ]
  const types = [
    { type: "address[]" },
    { type: "uint256" },
    { type: "tuple[]", components },
    { type: "uint256" },
  ]
  return log(
    "AccountBound",
    { account },
    encodeAbiParameters(types, [APPROVERS, threshold, limits, VERSION] as never),
  )
}

export const LIMITS = { rate: 0n, amount: 0n, version: 3, exposure: 0n, exposed: 0n }

interface World {
  /** Results of the market's functions, by name. */
  reads?: Record<string, unknown>
  logs?: { topics: Hex[] }[]
  /** The key that signs all requests to the wallet. */
  key?: PrivateKeyAccount
}

export interface Landed {
  name: string
  args: readonly unknown[]
  value: bigint
}

export function world({ reads: answers = {}, logs = [], key }: World = {}) {
  const known = reads({ bindingOf: [0n, 0n], nonceUsed: false, limitsOf: LIMITS, ...answers })
  const sent: Landed[] = []
  const request = async ({ method, params }: { method: string; params?: unknown }) => {
    const list = (params ?? []) as Record<string, unknown>[]
    switch (method) {
      case "eth_chainId":
        return `0x${CHAIN_ID.toString(16)}`
      case "eth_call":
        return known[String(list[0]?.data).slice(0, 10) as Hex] ?? "0x"
      case "eth_getLogs": {
        const { topics = [] } = list[0] as { topics?: (string | string[] | null)[] }
        return logs.filter((one) =>
          topics.every((topic, place) => !topic || topic.includes(one.topics[place]!)),
        )
      }
      case "eth_getBlockByNumber":
        return { number: "0x5", timestamp: `0x${NOW.toString(16)}`, hash: HASH, transactions: [] }
      case "eth_blockNumber":
        return "0x5"
      case "eth_getCode":
        return "0x"
      case "eth_signTypedData_v4": {
        const typed = JSON.parse(String((params as unknown[])[1]))
        const { EIP712Domain: _, ...types } = typed.types
        return key?.signTypedData({ ...typed, types })
      }
      case "eth_sendTransaction": {
        const { data, value } = list[0] as { data: Hex; value?: Hex }
        const { functionName, args } = decodeFunctionData({ abi: market, data })
        sent.push({ name: functionName, args: args ?? [], value: BigInt(value ?? 0) })
        return HASH
      }
      case "eth_getTransactionReceipt":
        return {
          ...{
            transactionHash: HASH,
            blockNumber: "0x5",
            blockHash: HASH,
            status: "0x1",
            logs: [],
            type: "0x2",
          },
          ...{ from: ADDRESS, to: OTHER, gasUsed: "0x1", cumulativeGasUsed: "0x1", effectiveGasPrice: "0x1" },
          ...{ transactionIndex: "0x0", logsBloom: "0x", contractAddress: null },
        }
      default:
        return undefined
    }
  }
  return { request: request as EIP1193RequestFn, sent }
}
