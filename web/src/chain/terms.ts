// The structs of the market's calls, and their conversion from the API's shapes. Amounts and rates are bigints;
// integers of at most 32 bits are numbers.
import { type Address, concat, type Hex, hexToString, keccak256, numberToHex, pad, stringToHex } from "viem"
import type {
  BidView,
  OrderView,
  PolicyView,
  PricesView,
  RatesView,
  ShapeView,
  TermsView,
  UsageArgument,
} from "../api/types.ts"

export type Shape = ShapeView
export type Policy = PolicyView

/** Base units × 1e12: per replica-second, CPU-second, MiB-second, and MiB of traffic. */
export interface Rates {
  reserved: bigint
  replicaSecond: bigint
  cpuSecond: bigint
  memoryMiBSecond: bigint
  networkMiB: bigint
}

export interface Prices {
  millicore: bigint
  memoryMiB: bigint
  diskMiB: bigint
  gpu: bigint
  cpuSecond: bigint
  memoryMiBSecond: bigint
  networkMiB: bigint
  networkKiBps: number
}

export interface Terms {
  tenant: Address
  provider: Address
  currency: Address
  shape: Shape
  rates: Rates
  manifestHash: Hex
  salt: bigint
}

export interface Order {
  shape: Shape
  replicas: number
  policy: Policy
  /** The highest rate that the whole lease may reserve. */
  maxRate: bigint
  manifestHash: Hex
  salt: bigint
}

export interface AuctionOrder {
  tenant: Address
  currency: Address
  order: Order
  bidUntil: number
  acceptUntil: number
  /** 32 bytes each: see `attributeOf`. */
  attributes: readonly Hex[]
}

export interface Bid {
  provider: Address
  rates: Rates
  expiry: number
}

export interface Usage {
  time: number
  replicaSeconds: bigint
  cpuNanos: bigint
  memoryByteSeconds: bigint
  networkBytes: bigint
  /** Basis points. */
  utilization: number
}

/** What a bound account may do in one currency without consent. */
export interface Limit {
  currency: Address
  rate: bigint
  amount: bigint
  exposure: bigint
}

export function ratesOf(view: RatesView): Rates {
  return {
    reserved: BigInt(view.reserved),
    replicaSecond: BigInt(view.replicaSecond),
    cpuSecond: BigInt(view.cpuSecond),
    memoryMiBSecond: BigInt(view.memoryMiBSecond),
    networkMiB: BigInt(view.networkMiB),
  }
}

export function pricesOf(view: PricesView): Prices {
  return {
    millicore: BigInt(view.millicore),
    memoryMiB: BigInt(view.memoryMiB),
    diskMiB: BigInt(view.diskMiB),
    gpu: BigInt(view.gpu),
    cpuSecond: BigInt(view.cpuSecond),
    memoryMiBSecond: BigInt(view.memoryMiBSecond),
    networkMiB: BigInt(view.networkMiB),
    networkKiBps: Number(view.networkKiBps),
  }
}

export function termsOf(view: TermsView): Terms {
  const { tenant, provider, currency, shape, manifestHash } = view
  return {
    tenant,
    provider,
    currency,
    shape,
    rates: ratesOf(view.rates),
    manifestHash,
    salt: BigInt(view.salt),
  }
}

export function usageOf(view: UsageArgument): Usage {
  return {
    time: view.time,
    replicaSeconds: BigInt(view.replicaSeconds),
    cpuNanos: BigInt(view.cpuNanos),
    memoryByteSeconds: BigInt(view.memoryByteSeconds),
    networkBytes: BigInt(view.networkBytes),
    utilization: view.utilization,
  }
}

export function auctionOrderOf(view: OrderView): AuctionOrder {
  const { tenant, currency, shape, replicas, policy, manifestHash, bidUntil, acceptUntil } = view
  return {
    tenant,
    currency,
    order: { shape, replicas, policy, maxRate: BigInt(view.maxRate), manifestHash, salt: BigInt(view.salt) },
    bidUntil,
    acceptUntil,
    attributes: view.attributes.map(attributeOf),
  }
}

export function bidOf({ provider, rates, expiry }: BidView): Bid {
  return { provider, rates: ratesOf(rates), expiry }
}

/** An attribute as bytes32. A 32-byte hex string is kept as it is; a longer word throws. */
export function attributeOf(word: string): Hex {
  return /^0x[0-9a-fA-F]{64}$/.test(word) ? (word as Hex) : stringToHex(word, { size: 32 })
}

export function attributeText(attribute: Hex): string {
  return hexToString(attribute, { size: 32 })
}

/** Distinguishes otherwise identical leases: 64 random bits. */
export function randomSalt(): bigint {
  return crypto.getRandomValues(new BigUint64Array(1))[0]!
}

/** The id of a lease with these terms, as `idOf` computes it: every field is one word of the encoding. */
export function leaseIdOf(chainId: number, market: Address, terms: Terms): Hex {
  const { tenant, provider, currency, shape, rates, manifestHash, salt } = terms
  const { millicores, memoryMiB, diskMiB, gpus } = shape
  const { reserved, replicaSecond, cpuSecond, memoryMiBSecond, networkMiB } = rates
  const order = hashOf(chainId, market, tenant, millicores, memoryMiB, diskMiB, gpus, manifestHash, salt)
  return hashOf(order, provider, currency, reserved, replicaSecond, cpuSecond, memoryMiBSecond, networkMiB)
}

function hashOf(...words: (Hex | number | bigint)[]): Hex {
  const padded = words.map((word) => pad(typeof word === "string" ? word : numberToHex(word), { size: 32 }))
  return keccak256(concat(padded))
}
