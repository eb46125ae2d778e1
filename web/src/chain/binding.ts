// Bindings of accounts and consents to actions, read from the chain. The contract stores only the hash of an account's
// approvers; the list is in the event of the binding.
import { type Address, type Hex, isAddressEqual, zeroAddress } from "viem"
import { getBlock, getContractEvents, readContract } from "viem/actions"
import { at, firstBlock, type Reader } from "./reader.ts"
import type { Limit } from "./terms.ts"

export interface Binding {
  account: Address
  /** Ascending. */
  approvers: readonly Address[]
  threshold: number
  version: bigint
  limits: readonly Limit[]
}

/**
 * A currency's limits in force, and the exposure counted against them. Without an entry all are zero: everything needs
 * consent.
 */
export interface LimitsNow {
  rate: bigint
  amount: bigint
  exposure: bigint
  exposed: bigint
}

/** A consent, or its revocation, by transaction. */
export interface OnchainConsent {
  approver: Address
  tx: Hex
  block: bigint
}

export interface ActionState {
  consented: OnchainConsent[]
  revoked: OnchainConsent[]
  /** The transaction that executed it; null while there is none. */
  taken: Hex | null
  /** The nonce is used, by this action or another. */
  nonceUsed: boolean
}

const logs = (reader: Reader) => ({ ...at(reader), fromBlock: firstBlock(reader), strict: true }) as const

/** Null: the account is not bound. */
export async function readBinding(reader: Reader, account: Address): Promise<Binding | null> {
  const args = [account] as const
  const [threshold, version] = await readContract(reader, { ...at(reader), functionName: "bindingOf", args })
  if (threshold === 0n) return null
  const bound = await getContractEvents(reader, {
    ...logs(reader),
    eventName: "AccountBound",
    args: { account },
  })
  const event = bound.findLast((log) => log.args.version === version)
  if (!event)
    throw new Error(
      "The node does not return the event that bound this account. Use a node that keeps all logs.",
    )
  return {
    account,
    approvers: event.args.approvers,
    threshold: Number(threshold),
    version,
    limits: event.args.limits,
  }
}

export async function readLimits(reader: Reader, account: Address, currency: Address): Promise<LimitsNow> {
  const [[, version], limits] = await Promise.all([
    readContract(reader, { ...at(reader), functionName: "bindingOf", args: [account] }),
    readContract(reader, { ...at(reader), functionName: "limitsOf", args: [account, currency] }),
  ])
  const { exposed } = limits
  if (BigInt(limits.version) !== version) return { rate: 0n, amount: 0n, exposure: 0n, exposed }
  return { rate: limits.rate, amount: limits.amount, exposure: limits.exposure, exposed }
}

/** What the chain records of an action. */
export async function readAction(
  reader: Reader,
  account: Address,
  action: Hex,
  nonce: bigint,
): Promise<ActionState> {
  const args = { action, account }
  const [consented, revoked, taken, nonceUsed] = await Promise.all([
    getContractEvents(reader, { ...logs(reader), eventName: "Consented", args }),
    getContractEvents(reader, { ...logs(reader), eventName: "Revoked", args }),
    getContractEvents(reader, { ...logs(reader), eventName: "ActionTaken", args }),
    readContract(reader, { ...at(reader), functionName: "nonceUsed", args: [account, nonce] }),
  ])
  const given = ({
    args,
    transactionHash,
    blockNumber,
  }: (typeof consented)[number] | (typeof revoked)[number]) => ({
    approver: args.approver,
    tx: transactionHash,
    block: blockNumber,
  })
  return {
    consented: consented.map(given),
    revoked: revoked.map(given),
    taken: taken[0]?.transactionHash ?? null,
    nonceUsed,
  }
}

export interface ApprovalEvent {
  /** Unix seconds. */
  time: number
  name: "AccountBound" | "Consented" | "Revoked" | "ActionTaken"
  block: bigint
  tx: Hex
  action: Hex | null
  approver: Address | null
  /** Of AccountBound: m of n; 0 of 0 is not bound. */
  threshold: number
  approvers: number
}

const MOST_HAPPENINGS = 100

/** The history of an account's approvals, latest first. */
export async function readApprovalEvents(reader: Reader, account: Address): Promise<ApprovalEvent[]> {
  const args = { account }
  const [bound, consented, revoked, taken] = await Promise.all([
    getContractEvents(reader, { ...logs(reader), eventName: "AccountBound", args }),
    getContractEvents(reader, { ...logs(reader), eventName: "Consented", args }),
    getContractEvents(reader, { ...logs(reader), eventName: "Revoked", args }),
    getContractEvents(reader, { ...logs(reader), eventName: "ActionTaken", args }),
  ])
  const all = [...bound, ...consented, ...revoked, ...taken]
  all.sort((a, b) => Number(b.blockNumber - a.blockNumber) || b.logIndex - a.logIndex)
  const newest = all.slice(0, MOST_HAPPENINGS)
  const blocks = [...new Set(newest.map(({ blockNumber }) => blockNumber))]
  const times = new Map(
    await Promise.all(
      blocks.map(async (blockNumber) => {
        const { timestamp } = await getBlock(reader, { blockNumber })
        return [blockNumber, Number(timestamp)] as const
      }),
    ),
  )
  return newest.map((log) => ({
    time: times.get(log.blockNumber) ?? 0,
    name: log.eventName,
    block: log.blockNumber,
    tx: log.transactionHash,
    action: "action" in log.args ? log.args.action : null,
    approver: "approver" in log.args ? log.args.approver : null,
    threshold: "threshold" in log.args ? Number(log.args.threshold) : 0,
    approvers: "approvers" in log.args ? log.args.approvers.length : 0,
  }))
}

/** The accounts of which an address currently is an approver. */
export async function readBoundTo(reader: Reader, approver: Address): Promise<Address[]> {
  const bound = await getContractEvents(reader, { ...logs(reader), eventName: "AccountBound" })
  const newest = new Map(bound.map(({ args }) => [args.account, args]))
  return [...newest.values()]
    .filter(({ approvers }) => approvers.some((one) => isAddressEqual(one, approver)))
    .map(({ account }) => account)
}

/** The chain's coin first, then the currencies of the limits. */
export function currenciesOf(limits: readonly Limit[]): Address[] {
  return [...new Set([zeroAddress, ...limits.map(({ currency }) => currency)])]
}
