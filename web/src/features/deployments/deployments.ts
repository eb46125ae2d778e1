// A deployment on its way: from the wallet's question to the URL. Each step leaves its result here, in this browser, so that a
// page that was left or reloaded goes on where it was. What happened on chain is not kept: the chain is asked.
import type { Address, Hex } from "viem"
import type { OrderView, PolicyView, RatesView, ShapeView } from "../../api/types.ts"
import { storedState } from "../../browser/storage.ts"
import { type AuctionOrder, attributeOf, type Order, ratesOf, type Terms } from "../../chain/terms.ts"

export interface Deployment {
  id: string
  account: Address
  chainId: number
  market: Address
  currency: Address
  /** Base units. */
  deposit: string
  order: {
    shape: ShapeView
    replicas: number
    policy: PolicyView
    maxRate: string
    manifestHash: Hex
    salt: string
  }
  /** Null: bids are asked for. */
  offer: number | null
  /** Of an order that bids are asked for. */
  auction: { id: Hex; bidUntil: number; acceptUntil: number; attributes: string[] } | null
  /** Known from the beginning with an offer, else since a bid was chosen. */
  winner: { lease: Hex; provider: Address; rates: RatesView } | null
  /** Null once it was handed over, or in a browser that never had it. */
  manifest: string | null
  signature: Hex | null
  handedOver: boolean
  /** It waits for the account's approvers. */
  proposed: boolean
  /** Unix milliseconds of this machine. */
  startedAt: number
}

const KEY = "tidemark.journeys"
const MOST = 20
const shelved = storedState<Deployment[]>(KEY, (kept) => (Array.isArray(kept) ? kept : []))

export const getDeployments = shelved.get

function write(next: Deployment[]) {
  shelved.set(next.slice(0, MOST))
}

/** The way on for an order of mine: the one that began it here, else a new one without its manifest. */
export function adoptOrder(order: OrderView, chainId: number, market: Address) {
  const found = getDeployments().find(({ auction }) => auction?.id.toLowerCase() === order.id.toLowerCase())
  if (found) return
  const { shape, replicas, policy, maxRate, manifestHash, salt } = order
  addDeployment({
    account: order.tenant,
    chainId,
    market,
    currency: order.currency,
    deposit: order.deposit,
    order: { shape, replicas, policy, maxRate, manifestHash, salt },
    offer: null,
    auction: {
      id: order.id,
      bidUntil: order.bidUntil,
      acceptUntil: order.acceptUntil,
      attributes: order.attributes,
    },
    winner: null,
    manifest: null,
    signature: null,
    handedOver: false,
    proposed: false,
  })
}

/** Those that began in this page, which may ask the wallet by themselves; one that a reload found waits to be pressed. */
const mayPromptKeys = new Set<string>()

export function addDeployment(journey: Omit<Deployment, "id" | "startedAt">): Deployment {
  const made = { ...journey, id: crypto.randomUUID(), startedAt: Date.now() }
  mayPromptKeys.add(made.id)
  write([made, ...getDeployments()])
  return made
}

export function updateDeployment(id: string, next: Partial<Deployment>) {
  write(getDeployments().map((journey) => (journey.id === id ? { ...journey, ...next } : journey)))
}

export function removeDeployment(id: string) {
  write(getDeployments().filter((journey) => journey.id !== id))
}

/** Lets it ask the wallet by itself from now on. */
export function allowPrompts(id: string) {
  mayPromptKeys.add(id)
}

/** Whether it may ask the wallet for this step by itself: once, and only in the page in which somebody pressed a button. */
export function mayPrompt(id: string, step: string): boolean {
  const key = `${id} ${step}`
  if (!mayPromptKeys.has(id) || mayPromptKeys.has(key)) return false
  mayPromptKeys.add(key)
  return true
}

/** Of this account on this market. */
export function useDeployments(account: Address | undefined, market: Address): Deployment[] {
  const all = shelved.use()
  const same = (a: string, b: string | undefined) => a.toLowerCase() === b?.toLowerCase()
  return all.filter((journey) => same(journey.account, account) && same(journey.market, market))
}

export function orderOf({ order }: Deployment): Order {
  return { ...order, maxRate: BigInt(order.maxRate), salt: BigInt(order.salt) }
}

export function auctionOf(journey: Deployment): AuctionOrder | null {
  if (!journey.auction) return null
  const { bidUntil, acceptUntil, attributes } = journey.auction
  return {
    tenant: journey.account,
    currency: journey.currency,
    order: orderOf(journey),
    bidUntil,
    acceptUntil,
    attributes: attributes.map(attributeOf),
  }
}

/** Null while nobody has won it. */
export function termsOf(journey: Deployment): Terms | null {
  const { winner, account, currency, order } = journey
  if (!winner) return null
  return {
    tenant: account,
    provider: winner.provider,
    currency,
    shape: order.shape,
    rates: ratesOf(winner.rates),
    manifestHash: order.manifestHash,
    salt: BigInt(order.salt),
  }
}
