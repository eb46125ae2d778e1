// A small market in the API's shapes, for the tests of pages.
import { type Address, type Hex, zeroAddress } from "viem"
import type { LeaseSummary, MarketView, OfferView, OrderView, ProviderView } from "../src/api/types.ts"
import { POLICY, RATES, SHAPE } from "./market.ts"
import { CHAIN_ID, HASH, MARKET } from "./wallet.ts"

export const NEAR: Address = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
export const FULL: Address = "0x9965507D1a55bcC2695C58ba16FB37d819B0A4dc"
export const NOW = 1_700_000_000

export const MARKET_VIEW: MarketView = {
  chainId: CHAIN_ID,
  market: MARKET,
  block: 1,
  provider: NEAR,
  endpoint: "http://127.0.0.1:7070",
  sealingKey: "0x",
  domain: { name: "Tidemark", version: "1", chainId: CHAIN_ID, verifyingContract: MARKET },
  types: {},
  leafEncoding: [],
  intakeOpen: true,
  parameters: { noticePeriod: "30" },
  head: { number: 7, hash: HASH, time: NOW },
}

/** A millionth of a coin per core-hour, and nothing else. */
const CHEAP = {
  millicore: String((10n ** 12n * 10n ** 12n) / 3_600_000n),
  memoryMiB: "0",
  diskMiB: "0",
  gpu: "0",
  cpuSecond: "0",
  memoryMiBSecond: "0",
  networkMiB: "0",
  networkKiBps: 0,
}

export const OFFERS: OfferView[] = [
  { id: 1, provider: FULL, open: true, currency: zeroAddress, prices: CHEAP },
  { id: 2, provider: NEAR, open: true, currency: zeroAddress, prices: { ...CHEAP, memoryMiB: "1000000" } },
  { id: 3, provider: NEAR, open: false, currency: zeroAddress, prices: CHEAP },
]

export const PROVIDERS: ProviderView[] = [
  {
    address: NEAR,
    registered: true,
    endpoint: "http://127.0.0.1:7070",
    bond: "1050000000000000000",
    capacity: { millicores: 4000, memoryMiB: 4096, diskMiB: 16_384, gpus: 0 },
    held: { millicores: 750, memoryMiB: 384, diskMiB: 768, gpus: 0 },
    attributes: ["region=eu"],
    exitAt: null,
    silence: null,
    provenEpochs: 1224,
    epochs: 1234,
    faults: [],
  },
  {
    address: FULL,
    registered: true,
    endpoint: "https://full.example",
    bond: "2000000000000000000",
    capacity: { millicores: 2000, memoryMiB: 4096, diskMiB: 16_384, gpus: 0 },
    held: { millicores: 1900, memoryMiB: 384, diskMiB: 768, gpus: 0 },
    attributes: ["region=us"],
    exitAt: null,
    silence: "reported",
    provenEpochs: 12,
    epochs: 40,
    faults: [{ name: "Slashed", time: NOW - 3600, tx: HASH, amount: "1000000000000000" }],
  },
]

export function leaseSummary(index: number, change: Partial<LeaseSummary> = {}): LeaseSummary {
  const id: Hex = `0x${index.toString(16).padStart(8, "0").repeat(8)}`
  return {
    id,
    tenant:
      index % 2 ? "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC" : "0x90F79bf6EB2c4f870365E785982E1f101E93b906",
    provider: index % 3 ? NEAR : FULL,
    offer: 2,
    status: "active",
    replicas: { wanted: 2, running: 2, healthy: 2, min: 1, max: 4 },
    money: {
      currency: zeroAddress,
      deposited: "50000000000000000",
      paid: "0",
      returned: "0",
      balance: "50000000000000000",
      owed: "0",
      rate: "1118055555555555555939",
      runway: 90_000,
    },
    openedAt: NOW - index,
    openedBlock: 5,
    closedAt: null,
    disputedUntil: null,
    ...change,
  }
}

export const ORDER_VIEW: OrderView = {
  id: HASH,
  tenant: "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
  currency: zeroAddress,
  deposit: "20000000000000000",
  open: true,
  shape: SHAPE,
  replicas: 2,
  policy: POLICY,
  maxRate: "12000000000000000000000",
  manifestHash: HASH,
  salt: "7",
  attributes: ["region=eu"],
  bidUntil: NOW + 300,
  acceptUntil: NOW + 3900,
  openedAt: NOW,
  openedBlock: 7,
  closedAt: null,
  bids: [
    {
      id: `0x${"01".repeat(32)}`,
      provider: FULL,
      rates: { ...RATES, reserved: "2000000000000000000000" },
      expiry: NOW + 4000,
    },
    { id: `0x${"02".repeat(32)}`, provider: NEAR, rates: RATES, expiry: NOW + 4000 },
  ],
  decision: { standing: "placed", reason: null, bid: null, lease: null, decidedAtMs: null, reserved: true },
}
