// A lease, its events and a proof of it, for tests.
import { StandardMerkleTree } from "@openzeppelin/merkle-tree"
import type { Address, Hex } from "viem"
import type { EventView, HeadView, LeaseView, ProofView, TermsView, UsageArgument } from "../src/api/types.ts"
import { leaseIdOf, termsOf } from "../src/chain/terms.ts"
import { CHAIN_ID, MARKET } from "./wallet.ts"

export const TENANT: Address = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"
export const PROVIDER: Address = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
const COIN: Address = "0x0000000000000000000000000000000000000000"
const E12 = 10n ** 12n

const TERMS: TermsView = {
  tenant: TENANT,
  provider: PROVIDER,
  currency: COIN,
  shape: { millicores: 250, memoryMiB: 128, diskMiB: 256, gpus: 0 },
  rates: {
    reserved: String(5n * E12),
    replicaSecond: String(4n * E12),
    cpuSecond: String(E12),
    memoryMiBSecond: "0",
    networkMiB: "0",
  },
  manifestHash: `0x${"ab".repeat(32)}`,
  salt: "7",
}
export const LEASE = leaseIdOf(CHAIN_ID, MARKET, termsOf(TERMS))

export const OPENED = 1_000

export function leaseView(change: Partial<LeaseView> = {}): LeaseView {
  return {
    id: LEASE,
    tenant: TENANT,
    provider: PROVIDER,
    offer: 1,
    status: "active",
    replicas: { wanted: 2, running: 2, healthy: 1, min: 1, max: 3 },
    money: {
      currency: COIN,
      deposited: "100000",
      paid: "43",
      returned: "0",
      balance: "99957",
      owed: "100",
      rate: String(10n * E12),
      runway: 9985,
    },
    openedAt: OPENED,
    openedBlock: 5,
    closedAt: null,
    disputedUntil: null,
    terms: TERMS,
    policy: {
      minReplicas: 1,
      maxReplicas: 3,
      target: 70,
      up: 80,
      down: 40,
      cooldown: 10,
      step: 2,
      headroom: 1,
    },
    manifest: { hash: `0x${"ab".repeat(32)}`, received: true },
    containers: [
      {
        service: "front",
        replica: 0,
        container: "c4909ce791a0",
        image: "sha256:7f2f1ccf7adc",
        state: "running",
        health: "healthy",
        ports: { "8080/tcp": "127.0.0.1:32768" },
      },
    ],
    served: [
      {
        service: "front",
        port: 8080,
        url: "http://front-36.localhost:3690",
        pathUrl: "http://127.0.0.1:3690/front-36",
      },
    ],
    reason: null,
    openedToRunningMs: 1730,
    timeline: [
      { stage: "chain", state: "done", at: OPENED, detail: "opened in block 5" },
      { stage: "clearing", state: "done", at: OPENED, detail: "offer 1 taken" },
      { stage: "container", state: "working", at: null, detail: "1 of 2 replicas healthy" },
      { stage: "meter", state: "working", at: OPENED + 20, detail: "20 replica-seconds" },
      { stage: "proof", state: "waiting", at: null, detail: "no epoch has ended" },
      { stage: "scale", state: "done", at: OPENED, detail: "1 replicas, bounds 1 to 3" },
      { stage: "settlement", state: "failed", at: null, detail: "the wallet is empty" },
    ],
    ...change,
  }
}

export const USAGE: UsageArgument = {
  time: OPENED + 10,
  replicaSeconds: "10",
  cpuNanos: "2000000000",
  memoryByteSeconds: "1000",
  networkBytes: "2588",
  utilization: 8500,
}

const ENCODING = ["bytes32", "uint32", "uint64", "uint96", "uint128", "uint96", "uint16"]

/** A proof made by OpenZeppelin's library, in a tree with this many other leases. */
export function proofView(others = 4, usage = USAGE): ProofView {
  const values = (lease: Hex) => [
    lease,
    String(usage.time),
    usage.replicaSeconds,
    usage.cpuNanos,
    usage.memoryByteSeconds,
    usage.networkBytes,
    String(usage.utilization),
  ]
  const more = Array.from({ length: others }, (_, index) =>
    values(`0x${String(index + 1).padStart(64, "0")}`),
  )
  const tree = StandardMerkleTree.of([values(LEASE), ...more], ENCODING)
  return {
    lease: LEASE,
    provider: PROVIDER,
    epoch: 3,
    root: tree.root as Hex,
    postedAt: usage.time + 1,
    rootTx: `0x${"12".repeat(32)}`,
    leaf: tree.leafHash(values(LEASE)) as Hex,
    values: values(LEASE),
    usage,
    path: tree.getProof(values(LEASE)) as Hex[],
    leafEncoding: ENCODING,
    leaves: others + 1,
  }
}

let count = 0

export function event(name: string, time: number, args: Record<string, unknown>, block = time): EventView {
  count += 1
  return {
    cursor: `${block}.${count}`,
    block,
    time,
    tx: `0x${String(block).padStart(64, "0")}`,
    name,
    subject: LEASE,
    args: { lease: LEASE, ...args },
  }
}

/** Opened with one replica, proven for 10 s, settled, scaled by that proof, topped up. */
export function lifeEvents(): EventView[] {
  const { terms, policy } = leaseView()
  const usage = { ...USAGE }
  return [
    event("LeaseOpened", OPENED, {
      tenant: TENANT,
      provider: PROVIDER,
      offer: 1,
      deposit: "90000",
      replicas: 1,
      policy,
      terms,
    }),
    event("LeaseScaled", OPENED + 12, { replicas: 2 }),
    event("StepProven", OPENED + 12, { provider: PROVIDER, epoch: "3", from: "1", to: "2", usage }),
    event("Settled", OPENED + 15, { provider: PROVIDER, time: String(OPENED + 10), amount: "42" }),
    event("ToppedUp", OPENED + 20, { from: TENANT, amount: "10000" }),
  ]
}

export const PARAMETERS: Record<string, string> = {
  arbiters: "0x976EA74026E726554dB657fA54763abd0C3a0aa9",
  claimWindow: "3600",
  noticePeriod: "30",
  disputeDeposit: "100000000000000000",
  disputeWindow: "300",
}

const HEAD: HeadView = { number: OPENED + 60, hash: `0x${"cd".repeat(32)}`, time: OPENED + 60 }

/** The answers of the page's own provider, which is also the lease's. */
export function answersOf(lease: LeaseView = leaseView(), more: Record<string, unknown> = {}) {
  const path = `/v1/leases/${lease.id}`
  return {
    "/v1/market": { provider: PROVIDER, parameters: PARAMETERS, intakeOpen: true, head: HEAD },
    "/v1/providers": [],
    "/v1/offers": [],
    "/v1/orders": [],
    [path]: lease,
    [`${path}/events?limit=1000`]: lifeEvents(),
    [`${path}/proofs?limit=1`]: [],
    "/v1/session": Response.json({ code: "unauthorized", message: "sign in" }, { status: 401 }),
    ...more,
  }
}
