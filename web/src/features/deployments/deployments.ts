// Deployments in progress, from the first wallet prompt to the URL. Each step stores its result in this browser, so
// that a deployment resumes after a reload. The state on chain is not stored: it is read from the chain.
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
  /** Null: an order that requests bids. */
  offer: number | null
  /** The order that requests bids; null when an offer is taken. */
  auction: { id: Hex; bidUntil: number; acceptUntil: number; attributes: string[] } | null
  /** Known from the start for an offer; otherwise since a bid was chosen. */
  winner: { lease: Hex; provider: Address; rates: RatesView } | null
  /** Null after the upload, or in a browser that never had it. */
  manifest: string | null
  signature: Hex | null
  handedOver: boolean
  /** It awaits the account's approvers. */
  proposed: boolean
  /** Unix milliseconds of this machine. */
  startedAt: number
}

const KEY = "tidemark.journeys"
const MOST = 20
const stored = storedState<Deployment[]>(KEY, (kept) => (Array.isArray(kept) ? kept : []))

export const getDeployments = stored.get

function write(next: Deployment[]) {
  stored.set(next.slice(0, MOST))
}

/** Resumes an order of the user: the deployment that opened it here, otherwise a new one without its manifest. */
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

/**
 * Ids of the deployments that may prompt the wallet without a click: those started in this page, not those restored by
 * a reload.
 */
const mayPromptKeys = new Set<string>()

export function addDeployment(deployment: Omit<Deployment, "id" | "startedAt">): Deployment {
  const made = { ...deployment, id: crypto.randomUUID(), startedAt: Date.now() }
  mayPromptKeys.add(made.id)
  write([made, ...getDeployments()])
  return made
}

export function updateDeployment(id: string, next: Partial<Deployment>) {
  write(
    getDeployments().map((deployment) => (deployment.id === id ? { ...deployment, ...next } : deployment)),
  )
}

export function removeDeployment(id: string) {
  write(getDeployments().filter((deployment) => deployment.id !== id))
}

/** Lets a deployment prompt the wallet without a further click. */
export function allowPrompts(id: string) {
  mayPromptKeys.add(id)
}

/**
 * Whether a deployment may prompt the wallet for this step without a click. True once a step, after a click in this
 * page.
 */
export function mayPrompt(id: string, step: string): boolean {
  const key = `${id} ${step}`
  if (!mayPromptKeys.has(id) || mayPromptKeys.has(key)) return false
  mayPromptKeys.add(key)
  return true
}

/** The deployments of an account on a market. */
export function useDeployments(account: Address | undefined, market: Address): Deployment[] {
  const all = stored.use()
  const same = (a: string, b: string | undefined) => a.toLowerCase() === b?.toLowerCase()
  return all.filter((deployment) => same(deployment.account, account) && same(deployment.market, market))
}

export function orderOf({ order }: Deployment): Order {
  return { ...order, maxRate: BigInt(order.maxRate), salt: BigInt(order.salt) }
}

export function auctionOf(deployment: Deployment): AuctionOrder | null {
  if (!deployment.auction) return null
  const { bidUntil, acceptUntil, attributes } = deployment.auction
  return {
    tenant: deployment.account,
    currency: deployment.currency,
    order: orderOf(deployment),
    bidUntil,
    acceptUntil,
    attributes: attributes.map(attributeOf),
  }
}

/** Null until a bid is chosen. */
export function termsOf(deployment: Deployment): Terms | null {
  const { winner, account, currency, order } = deployment
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
