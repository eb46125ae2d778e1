// A node to read the market from.
import type { Chain, Client, Transport } from "viem"
import { market } from "./abi.ts"
import { marketOf } from "./call.ts"

export type Reader = Client<Transport, Chain>

/** The market, for viem's read actions. */
export function at(reader: Reader) {
  return { address: marketOf(reader), abi: market } as const
}

/** The market's block: it has no older logs. */
export function firstBlock(reader: Reader): bigint {
  const contract = reader.chain.contracts?.market as { blockCreated?: number } | undefined
  return BigInt(contract?.blockCreated ?? 0)
}
