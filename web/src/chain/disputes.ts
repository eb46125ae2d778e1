// Disputes, read from the chain: deposit, deadline, evidence and outcome.
import type { Address, Hex } from "viem"
import { getBlock, getContractEvents, readContract } from "viem/actions"
import { market } from "./abi.ts"
import { marketOf } from "./call.ts"
import { firstBlock, type Reader } from "./reader.ts"

export interface DisputeNow {
  /** keccak256 of the evidence. */
  evidence: Hex
  /** Unix seconds. */
  openedAt: number
  until: number
  tx: Hex
  /** Wei. */
  deposit: bigint
}

export interface DisputeEnd {
  lease: Hex
  provider: Address
  ruled: boolean
  forTenant: boolean
  /** Wei. */
  slashed: bigint
  time: number
  tx: Hex
}

const at = (reader: Reader) => ({ address: marketOf(reader), abi: market }) as const
const logs = (reader: Reader) => ({ ...at(reader), fromBlock: firstBlock(reader), strict: true }) as const

/** Null when the lease is not disputed. */
export async function readDispute(reader: Reader, lease: Hex): Promise<DisputeNow | null> {
  const [now, opened] = await Promise.all([
    readContract(reader, { ...at(reader), functionName: "disputeOf", args: [lease] }),
    getContractEvents(reader, { ...logs(reader), eventName: "DisputeOpened", args: { lease } }),
  ])
  const newest = opened.at(-1)
  if (now.deposit === 0n || !newest) return null
  const { timestamp } = await getBlock(reader, { blockNumber: newest.blockNumber })
  return {
    evidence: newest.args.evidence,
    openedAt: Number(timestamp),
    until: now.until,
    tx: newest.transactionHash,
    deposit: now.deposit,
  }
}

const MOST = 50

/** Latest first. */
export async function readEndedDisputes(reader: Reader): Promise<DisputeEnd[]> {
  const ended = await getContractEvents(reader, { ...logs(reader), eventName: "DisputeEnded" })
  const newest = ended.slice(-MOST).reverse()
  return Promise.all(
    newest.map(async ({ args, blockNumber, transactionHash }) => {
      const { timestamp } = await getBlock(reader, { blockNumber })
      return { ...args, time: Number(timestamp), tx: transactionHash }
    }),
  )
}
