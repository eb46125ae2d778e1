// The history of a lease: its events, read from the chain and replayed into its account.
import { decodeEventLog, type Hex, hexToNumber, numberToHex, type RpcLog } from "viem"
import { getBlock } from "viem/actions"
import type { EventView, PolicyView, TermsView, UsageArgument } from "../api/types.ts"
import { market } from "./abi.ts"
import { afterSettlement, afterStep, type LeaseAccount } from "./accrual.ts"
import { marketOf } from "./call.ts"
import { firstBlock, type Reader } from "./reader.ts"
import { plain } from "./reads.ts"

/** A log with its block's time, as newer nodes return it. */
type TimedLog = RpcLog & { blockTimestamp?: Hex }

/**
 * Every event whose first topic is the lease, oldest first, in the API's shape.
 * @param until The last block to read; the latest by default.
 */
export async function readLeaseEvents(reader: Reader, lease: Hex, until?: bigint): Promise<EventView[]> {
  const logs = (await reader.request({
    method: "eth_getLogs",
    params: [
      {
        address: marketOf(reader),
        fromBlock: numberToHex(firstBlock(reader)),
        toBlock: until === undefined ? "latest" : numberToHex(until),
        topics: [null, lease],
      },
    ],
  })) as TimedLog[]
  const untimed = logs.filter(({ blockTimestamp }) => !blockTimestamp)
  const numbers = [...new Set(untimed.map(({ blockNumber }) => blockNumber!))]
  const times = new Map(
    await Promise.all(
      numbers.map(
        async (number) =>
          [number, Number((await getBlock(reader, { blockNumber: BigInt(number) })).timestamp)] as const,
      ),
    ),
  )
  return logs.map((log) => {
    const event = decodeEventLog({ abi: market, data: log.data, topics: log.topics as [Hex, ...Hex[]] })
    const block = hexToNumber(log.blockNumber!)
    return {
      cursor: `${block}.${hexToNumber(log.logIndex!)}`,
      block,
      time: log.blockTimestamp ? hexToNumber(log.blockTimestamp) : times.get(log.blockNumber!)!,
      tx: log.transactionHash!,
      name: event.eventName!,
      subject: lease,
      args: plain<Record<string, unknown>>(event.args ?? {}),
    }
  })
}

/** A number of an event: decimal text, or a number when small. */
export function toBigInt(value: unknown): bigint {
  return typeof value === "bigint" || typeof value === "number" || typeof value === "string"
    ? BigInt(value)
    : 0n
}

/** A change of the replica count, and the statement that justified it when the provider made it. */
export interface ReplicaStep {
  time: number
  block: number
  tx: Hex
  from: number
  to: number
  /** Null: made by the tenant. */
  proven: { epoch: number; usage: UsageArgument } | null
}

/** The lease after each of its events. */
export interface HistoryEntry {
  event: EventView
  account: LeaseAccount
  replicas: number
  /** Base units: total deposited, and total returned. */
  deposited: bigint
  returned: bigint
}

export interface LeaseHistory {
  entries: HistoryEntry[]
  steps: ReplicaStep[]
  policies: { time: number; policy: PolicyView }[]
  closedAt: number | null
}

/** A policy from an event, whose numbers may be text. */
export function policyOf(value: unknown): PolicyView {
  const fields = Object.entries((value ?? {}) as Record<string, unknown>)
  return Object.fromEntries(fields.map(([name, field]) => [name, Number(field)])) as unknown as PolicyView
}

export function usageOf(value: unknown): UsageArgument {
  const usage = value as Record<keyof UsageArgument, unknown>
  return {
    time: Number(usage.time),
    replicaSeconds: String(usage.replicaSeconds),
    cpuNanos: String(usage.cpuNanos),
    memoryByteSeconds: String(usage.memoryByteSeconds),
    networkBytes: String(usage.networkBytes),
    utilization: Number(usage.utilization),
  }
}

/**
 * Replays the events of one lease, oldest first.
 * @param terms The lease's terms, of which its id is the hash.
 */
export function replayEvents(events: EventView[], terms: TermsView): LeaseHistory {
  const life: LeaseHistory = { entries: [], steps: [], policies: [], closedAt: null }
  let books: LeaseAccount = { balance: 0n, paid: 0n, settledAt: 0, integral: 0n, since: 0, rate: 0n }
  let replicas = 0
  const reserved = toBigInt(terms.rates.reserved)
  let deposited = 0n
  let returned = 0n
  for (const event of events) {
    const { name, args, time } = event
    const amount = toBigInt(args.amount)
    if (name === "LeaseOpened") {
      life.policies.push({ time, policy: policyOf(args.policy) })
      replicas = Number(args.replicas)
      deposited = toBigInt(args.deposit)
      books = {
        balance: deposited,
        paid: 0n,
        settledAt: time,
        integral: 0n,
        since: time,
        rate: reserved * BigInt(replicas),
      }
    } else if (name === "LeaseScaled") {
      const to = Number(args.replicas)
      const { block, tx } = event
      life.steps.push({ time, block, tx, from: replicas, to, proven: null })
      replicas = to
      books = afterStep(books, reserved * BigInt(to), time)
    } else if (name === "StepProven") {
      // It follows the LeaseScaled that it justifies.
      const step = life.steps.at(-1)
      if (step) step.proven = { epoch: Number(args.epoch), usage: usageOf(args.usage) }
    } else if (name === "PolicySet") {
      life.policies.push({ time, policy: policyOf(args.policy) })
    } else if (name === "ToppedUp") {
      deposited += amount
      books = { ...books, balance: books.balance + amount }
    } else if (name === "Settled") {
      books = afterSettlement(books, amount, Number(args.time))
    } else if (name === "Withdrawn" || name === "Refunded" || name === "LeaseMoved") {
      returned += amount
      books = { ...books, balance: books.balance - amount }
      if (name === "LeaseMoved") life.closedAt = time
    } else if (name === "LeaseClosed") {
      replicas = 0
      life.closedAt = time
      books = afterStep(books, 0n, time)
    }
    life.entries.push({ event, account: books, replicas, deposited, returned })
  }
  return life
}
