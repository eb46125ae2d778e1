// The market read from the chain alone, in the API's shapes: the fallback when no provider answers. What only a
// provider has (containers, stages, usage) is empty.
import { type Hex, zeroAddress } from "viem"
import { getBlock, getContractEvents, readContract } from "viem/actions"
import type {
  LeaseSummary,
  LeaseView,
  MarketView,
  OfferView,
  PageConfig,
  PolicyView,
  ProviderView,
  TermsView,
} from "../api/types.ts"
import { readFaults } from "./providerFaults.ts"
import { at, firstBlock, type Reader } from "./reader.ts"
import { attributeText } from "./terms.ts"

/** Converts the numbers of a struct to the API's format: up to 32 bits a number, larger ones decimal text. */
export function plain<T>(value: unknown): T {
  if (typeof value === "bigint") return value.toString() as T
  if (Array.isArray(value)) return value.map((item) => plain(item)) as T
  if (value === null || typeof value !== "object") return value as T
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)])) as T
}

export async function readMarket(reader: Reader, config: PageConfig): Promise<MarketView> {
  const [parameters, intakeOpen, head] = await Promise.all([
    readContract(reader, { ...at(reader), functionName: "parameters" }),
    readContract(reader, { ...at(reader), functionName: "intakeOpen" }),
    getBlock(reader),
  ])
  const texts = Object.entries(parameters).map(([key, value]) => [key, String(value)])
  return {
    chainId: config.chainId,
    market: config.market,
    block: config.block,
    provider: zeroAddress,
    endpoint: "",
    sealingKey: "0x",
    domain: { name: "Tidemark", version: "1", chainId: config.chainId, verifyingContract: config.market },
    types: {},
    leafEncoding: [],
    intakeOpen,
    parameters: Object.fromEntries(texts),
    head: { number: Number(head.number), hash: head.hash!, time: Number(head.timestamp) },
  }
}

export async function readOffers(reader: Reader): Promise<OfferView[]> {
  const count = await readContract(reader, { ...at(reader), functionName: "offerCount" })
  const ids = Array.from({ length: Number(count) }, (_, index) => index + 1)
  return Promise.all(
    ids.map(async (id) => {
      const offer = await readContract(reader, { ...at(reader), functionName: "offerOf", args: [id] })
      return { id, ...plain<Omit<OfferView, "id">>(offer) }
    }),
  )
}

export async function readProviders(reader: Reader): Promise<ProviderView[]> {
  const logs = await getContractEvents(reader, {
    ...at(reader),
    eventName: "ProviderRegistered",
    fromBlock: firstBlock(reader),
    strict: true,
  })
  const addresses = [...new Set(logs.map(({ args }) => args.provider))]
  return Promise.all(
    addresses.map(async (address) => {
      const [provider, outage, faults, capacity, sets] = await Promise.all([
        readContract(reader, { ...at(reader), functionName: "providerOf", args: [address] }),
        readContract(reader, { ...at(reader), functionName: "outageOf", args: [address] }),
        readFaults(reader, address, firstBlock(reader)),
        readContract(reader, { ...at(reader), functionName: "capacityOf", args: [address] }),
        getContractEvents(reader, {
          ...at(reader),
          eventName: "AttributesSet",
          args: { provider: address },
          fromBlock: firstBlock(reader),
          strict: true,
        }),
      ])
      const { millicores, memoryMiB, diskMiB, gpus } = capacity
      // A root posted after the report ends it.
      const reported = outage.reportedAt > 0 && outage.epoch === provider.epoch
      return {
        address,
        registered: provider.registeredAt > 0,
        endpoint: provider.endpoint,
        bond: provider.bond.toString(),
        capacity: { millicores, memoryMiB, diskMiB, gpus },
        held: {
          millicores: capacity.heldMillicores,
          memoryMiB: capacity.heldMemoryMiB,
          diskMiB: capacity.heldDiskMiB,
          gpus: capacity.heldGpus,
        },
        attributes: (sets.at(-1)?.args.attributes ?? []).map(attributeText),
        exitAt: provider.exitAt || null,
        silence: reported ? (outage.confirmed ? "confirmed" : "reported") : null,
        // The contract does not count epochs without a root.
        provenEpochs: provider.epoch,
        epochs: 0,
        faults,
      }
    }),
  )
}

interface Opened {
  lease: Hex
  offer: number
  terms: TermsView & { salt: bigint }
  policy: PolicyView
  block: bigint
}

async function openings(reader: Reader, lease?: Hex): Promise<Opened[]> {
  const logs = await getContractEvents(reader, {
    ...at(reader),
    eventName: "LeaseOpened",
    args: lease ? { lease } : {},
    fromBlock: firstBlock(reader),
    strict: true,
  })
  return logs.map(({ args, blockNumber }) => ({ ...args, block: blockNumber }) as unknown as Opened)
}

async function summary(reader: Reader, opened: Opened): Promise<LeaseSummary & { policy: PolicyView }> {
  const { lease, terms } = opened
  const stated = terms as never
  const [account, reservation, status, owed, runway, dispute, block] = await Promise.all([
    readContract(reader, { ...at(reader), functionName: "accountOf", args: [lease, terms.currency] }),
    readContract(reader, { ...at(reader), functionName: "reservationOf", args: [lease] }),
    readContract(reader, { ...at(reader), functionName: "statusOf", args: [stated] }),
    readContract(reader, { ...at(reader), functionName: "owed", args: [stated] }),
    readContract(reader, { ...at(reader), functionName: "runway", args: [stated] }),
    readContract(reader, { ...at(reader), functionName: "disputeOf", args: [lease] }),
    getBlock(reader, { blockNumber: opened.block }),
  ])
  const rate = BigInt(terms.rates.reserved) * BigInt(reservation.replicas)
  const closed = status === 3
  return {
    id: lease,
    tenant: terms.tenant,
    provider: terms.provider,
    offer: Number(opened.offer),
    status: closed ? "closed" : status === 2 ? "exhausted" : "active",
    replicas: {
      wanted: closed ? 0 : reservation.replicas,
      running: 0,
      healthy: 0,
      min: account.minReplicas,
      max: reservation.maxReplicas,
    },
    money: {
      currency: terms.currency,
      // The contract records the balance and what was paid, not the totals of deposits and withdrawals.
      deposited: (account.balance + account.paid).toString(),
      paid: account.paid.toString(),
      returned: "0",
      balance: account.balance.toString(),
      owed: owed.toString(),
      rate: (closed ? 0n : rate).toString(),
      runway: rate === 0n || closed ? null : Number(runway > 2n ** 53n ? 2n ** 53n : runway),
    },
    openedAt: Number(block.timestamp),
    openedBlock: Number(opened.block),
    closedAt: closed ? Number(account.settledAt) : null,
    disputedUntil: dispute.deposit > 0n ? dispute.until : null,
    policy: {
      minReplicas: account.minReplicas,
      maxReplicas: reservation.maxReplicas,
      target: reservation.target,
      up: reservation.up,
      down: reservation.down,
      cooldown: reservation.cooldown,
      step: reservation.step,
      headroom: reservation.headroom,
    },
  }
}

export async function readLeases(reader: Reader, closed: boolean): Promise<LeaseSummary[]> {
  const all = await openings(reader)
  const leases = await Promise.all(all.map((opened) => summary(reader, opened)))
  return closed ? leases : leases.filter((lease) => lease.status !== "closed")
}

export async function readLease(reader: Reader, id: Hex): Promise<LeaseView> {
  const [opened] = await openings(reader, id)
  if (!opened) throw new Error("There is no lease with this id on chain.")
  const lease = await summary(reader, opened)
  return {
    ...lease,
    terms: plain<TermsView>(opened.terms),
    manifest: { hash: opened.terms.manifestHash, received: false },
    containers: [],
    served: [],
    reason: null,
    openedToRunningMs: null,
    timeline: [],
  }
}
