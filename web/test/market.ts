// Example structs of the market, in the API's shapes.
import { zeroAddress } from "viem"
import type { BidView, PolicyView, RatesView, ShapeView, TermsView, UsageArgument } from "../src/api/types.ts"
import { type AuctionOrder, type Bid, bidOf, type Order, type Terms, termsOf } from "../src/chain/terms.ts"
import { ADDRESS, HASH, OTHER } from "./wallet.ts"

export const SHAPE: ShapeView = { millicores: 500, memoryMiB: 256, diskMiB: 1024, gpus: 0 }
export const RATES: RatesView = {
  reserved: "1118055555555555555939",
  replicaSecond: "1000000000000000000000",
  cpuSecond: "0x10",
  memoryMiBSecond: "7",
  networkMiB: "9",
}
export const TERMS: TermsView = {
  tenant: ADDRESS,
  provider: OTHER,
  currency: zeroAddress,
  shape: SHAPE,
  rates: RATES,
  manifestHash: HASH,
  salt: "18446744073709551615",
}
export const STATED: Terms = termsOf(TERMS)
export const POLICY: PolicyView = {
  minReplicas: 1,
  maxReplicas: 3,
  target: 60,
  up: 80,
  down: 30,
  cooldown: 20,
  step: 1,
  headroom: 0,
}
export const ORDER: Order = {
  shape: SHAPE,
  replicas: 1,
  policy: POLICY,
  maxRate: 10n ** 22n,
  manifestHash: HASH,
  salt: 7n,
}
export const AUCTION: AuctionOrder = {
  tenant: ADDRESS,
  currency: zeroAddress,
  order: ORDER,
  bidUntil: 1_700_000_100,
  acceptUntil: 1_700_000_200,
  attributes: [],
}
export const BID_VIEW: BidView = { id: HASH, provider: OTHER, rates: RATES, expiry: 1_700_000_150 }
export const BID: Bid = bidOf(BID_VIEW)
export const USAGE: UsageArgument = {
  time: 1_700_000_000,
  replicaSeconds: "600",
  cpuNanos: "1000000000",
  memoryByteSeconds: "340282366920938463463374607431768211455",
  networkBytes: "12",
  utilization: 4_250,
}
