// Verifies a proof without trusting its source: the statement is hashed and its Merkle path computed here; root,
// payments and events are read from a node of the user's choice.
import { type Address, concat, encodeAbiParameters, type Hex, keccak256 } from "viem"
import { getBlockNumber, getContractEvents, readContract } from "viem/actions"
import type { EventView, LeaseView, ProofView, TermsView, UsageArgument } from "../api/types.ts"
import { RATE_SCALE } from "../i18n/format.ts"
import { market } from "./abi.ts"
import { least, price } from "./accrual.ts"
import { marketOf } from "./call.ts"
import { readLeaseEvents, replayEvents, toBigInt } from "./leaseHistory.ts"
import { firstBlock, type Reader } from "./reader.ts"
import { leaseIdOf, termsOf } from "./terms.ts"

const LEAF = [
  { type: "bytes32" },
  { type: "uint32" },
  { type: "uint64" },
  { type: "uint96" },
  { type: "uint128" },
  { type: "uint96" },
  { type: "uint16" },
] as const

/** A leaf of OpenZeppelin's standard Merkle tree: hashed twice, so that no inner node can pass for one. */
export function leafOf(lease: Hex, usage: UsageArgument): Hex {
  const { time, replicaSeconds, cpuNanos, memoryByteSeconds, networkBytes, utilization } = usage
  const encoded = encodeAbiParameters(LEAF, [
    lease,
    time,
    BigInt(replicaSeconds),
    BigInt(cpuNanos),
    BigInt(memoryByteSeconds),
    BigInt(networkBytes),
    utilization,
  ])
  return keccak256(keccak256(encoded))
}

/** The nodes of the path from the leaf to the root. */
export function climb(leaf: Hex, path: readonly Hex[]): Hex[] {
  const nodes = [leaf]
  for (const sibling of path) {
    const node = nodes.at(-1)!
    const [low, high] = node.toLowerCase() < sibling.toLowerCase() ? [node, sibling] : [sibling, node]
    nodes.push(keccak256(concat([low, high])))
  }
  return nodes
}

export interface Verification {
  holds: boolean
  /** The lease's id is the hash of the terms that everything else is computed from. */
  terms: { holds: boolean; id: Hex }
  /** The statement is of this lease, and hashes to the given leaf. */
  statement: { holds: boolean; leaf: Hex; claimed: Hex }
  /** The path leads from the leaf to the given root. */
  path: { holds: boolean; nodes: Hex[]; claimed: Hex }
  /** The root is on chain for the epoch. `onChain` is 28 bytes from the contract or 32 from the event; null: none. */
  root: { holds: boolean; onChain: Hex | null; source: "contract" | "event"; postedAt: number | null }
  /** The usage is within what the shape can consume in its replica-seconds: `Physics.beyondShape`. */
  physics: { holds: boolean; cpu: bigint; mostCpu: bigint; memory: bigint; mostMemory: bigint }
  /** The settlements add up to the contract's total paid. */
  settlements: { holds: boolean; sum: bigint; paid: bigint; count: number }
  /** Until the statement's time no more was paid than min(price, reserved, deposited). */
  bound: {
    holds: boolean
    paid: bigint
    price: bigint
    reserved: bigint
    deposited: bigint
    /** Whether this statement itself was settled. */
    settled: boolean
  }
}

export async function verify(reader: Reader, lease: LeaseView, proof: ProofView): Promise<Verification> {
  const { terms } = lease
  // Payments and the contract's state are read as of one block, so that a concurrent payment is in neither.
  const block = await getBlockNumber(reader, { cacheTime: 0 })
  const [root, account, events] = await Promise.all([
    readRoot(reader, terms.provider, proof.epoch),
    readContract(reader, {
      address: marketOf(reader),
      abi: market,
      functionName: "accountOf",
      args: [lease.id, terms.currency],
      blockNumber: block,
    }),
    readLeaseEvents(reader, lease.id, block),
  ])
  const id = leaseIdOf(reader.chain.id, marketOf(reader), termsOf(terms))
  return check(lease, id, proof, root, account.paid, events)
}

export interface FoundRoot {
  onChain: Hex | null
  source: "contract" | "event"
  postedAt: number | null
}

/** All comparisons, once everything is read. @param id The hash of the terms. */
export function check(
  lease: LeaseView,
  id: Hex,
  proof: ProofView,
  root: FoundRoot,
  paid: bigint,
  events: EventView[],
): Verification {
  const leaf = leafOf(lease.id, proof.usage)
  const nodes = climb(leaf, proof.path)
  const computed = nodes.at(-1)!
  const same = (a: Hex, b: Hex) => a.toLowerCase() === b.toLowerCase()
  const terms = { holds: same(id, lease.id), id }
  const statement = {
    holds: same(leaf, proof.leaf) && same(proof.lease, lease.id),
    leaf,
    claimed: proof.leaf,
  }
  const path = { holds: same(computed, proof.root), nodes, claimed: proof.root }
  // The contract stores 28 bytes of a root.
  const found = root.onChain !== null && same(computed.slice(0, root.onChain.length) as Hex, root.onChain)
  const inTime = root.postedAt === null || proof.usage.time <= root.postedAt
  const { shape, rates } = lease.terms
  const seconds = BigInt(proof.usage.replicaSeconds)
  const physics = {
    cpu: BigInt(proof.usage.cpuNanos),
    mostCpu: BigInt(shape.millicores) * 1_000_000n * seconds,
    memory: BigInt(proof.usage.memoryByteSeconds),
    mostMemory: BigInt(shape.memoryMiB) * (1n << 20n) * seconds,
  }
  const settlements = events.filter(({ name }) => name === "Settled")
  const sum = settlements.reduce((sum, { args }) => sum + toBigInt(args.amount), 0n)
  const until = settlements.filter(({ args }) => Number(args.time) <= proof.usage.time)
  const bound = {
    paid: until.reduce((sum, { args }) => sum + toBigInt(args.amount), 0n),
    price: price(rates, proof.usage).total,
    reserved: reservedAt(events, lease.terms, proof.usage.time),
    deposited: replayEvents(events, lease.terms).entries.at(-1)?.deposited ?? 0n,
    settled: until.some(({ args }) => Number(args.time) === proof.usage.time),
  }
  const parts = {
    terms,
    statement,
    path,
    root: { ...root, holds: found && inTime },
    physics: {
      ...physics,
      holds: physics.cpu <= physics.mostCpu && physics.memory <= physics.mostMemory,
    },
    settlements: { holds: sum === paid, sum, paid, count: settlements.length },
    bound: { ...bound, holds: bound.paid <= least(bound.price, bound.reserved, bound.deposited) },
  }
  return { ...parts, holds: Object.values(parts).every(({ holds }) => holds) }
}

/** What the lease reserved until a time, in base units: ∫ rate dt over its steps, before anything lapsed. */
export function reservedAt(events: EventView[], terms: TermsView, time: number): bigint {
  let integral = 0n
  let rate = 0n
  let since = 0
  for (const { event, account: books } of replayEvents(events, terms).entries) {
    if (event.time > time) break
    integral += rate * BigInt(event.time - since)
    since = event.time
    rate = books.rate
  }
  return (integral + rate * BigInt(Math.max(0, time - since))) / RATE_SCALE
}

/** The root as the contract stores it; from its event when the contract's ring buffer has overwritten it. */
async function readRoot(reader: Reader, provider: Address, epoch: number): Promise<FoundRoot> {
  const at = { address: marketOf(reader), abi: market } as const
  try {
    const args = [provider, BigInt(epoch)] as const
    const [digest, postedAt] = await readContract(reader, { ...at, functionName: "rootOf", args })
    return { onChain: digest, source: "contract", postedAt: Number(postedAt) }
  } catch {
    const [posted] = await getContractEvents(reader, {
      ...at,
      eventName: "RootPosted",
      args: { provider, epoch: BigInt(epoch) },
      fromBlock: firstBlock(reader),
      strict: true,
    })
    return { onChain: posted?.args.root ?? null, source: "event", postedAt: null }
  }
}
