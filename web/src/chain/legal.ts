// What is legal in which state: one rule per action, with the contract function that enforces it and the reason for a
// refusal. A page disables a forbidden button and shows the reason. What a rule cannot know, the contract reports when
// the call is simulated before sending. A call beyond a bound account's limits is not forbidden: it is proposed.
import type { Address } from "viem"
import type {
  BidView,
  LeaseSummary,
  LeaseView,
  OfferView,
  OrderView,
  PolicyView,
  ProviderView,
  ShapeView,
  UsageArgument,
} from "../api/types.ts"
import { amountOver, ETH, type Unit } from "../i18n/format.ts"
import { useLanguage } from "../i18n/language.ts"
import { REASONS, type Reason } from "./reasons.ts"

/** The user's account and the market's state: see `useRuleContext`. */
export interface RuleContext {
  me: Address | undefined
  /** The time of the chain's head, Unix seconds. */
  now: number
  /** The market's parameters as the API has them: decimal text. */
  parameters: Record<string, string>
  intakeOpen: boolean
}

/** What a rule about a lease evaluates. An omitted field is unknown, and forbids nothing. */
export interface LeaseCase extends RuleContext {
  lease: LeaseSummary & Partial<Pick<LeaseView, "policy" | "terms">>
  /** Of the lease's currency. */
  unit?: Unit
  replicas?: number
  policy?: PolicyView
  amount?: bigint
  /** `withdrawable` of the lease. */
  withdrawable?: bigint
  /** `noticeEnds` of the lease; 0: no notice. */
  noticeEnds?: number
  /** `disputeOf` of the lease: when it may be disputed again. */
  again?: number
  provider?: ProviderView
  usage?: UsageArgument
  /** Time of the latest settled statement. */
  settledAt?: number
  forTenant?: boolean
  /** Wei. */
  slash?: bigint
  expiry?: number
}

export interface OrderCase extends RuleContext {
  order: OrderView
  bid?: BidView
}

export interface OfferCase extends RuleContext {
  offer: OfferView
}

export interface ProviderCase extends RuleContext {
  provider: ProviderView
  /** Unix seconds: when its latest root was posted, or when it registered. */
  rootAt?: number
  amount?: bigint
  /** What it may withdraw in the currency. */
  earnings?: bigint
  unit?: Unit
}

/** A proposal, checked against the chain: see proposals.ts. */
export interface ProposalCase extends RuleContext {
  account: Address
  /** Unix seconds. */
  expiry: number
  /** Whether the digest is that of the call. */
  sound: boolean
  /** The binding in force; null: the account is not bound. */
  binding: { approvers: readonly Address[]; threshold: number; version: bigint } | null
  version: bigint
  taken: boolean
  /** Approvers whose consent is in force. */
  consented: readonly Address[]
  revoked: readonly Address[]
}

export interface Rule<C> {
  /** The market's function, or the provider's API path. */
  enforcedBy: string
  /** Null when the action is allowed. */
  why: (c: C) => Reason | null
}

/** Whether two addresses are one. */
export const isSame = (a: string | undefined, b: string | undefined) =>
  a !== undefined && a.toLowerCase() === b?.toLowerCase()

const rule = <C extends RuleContext>(enforcedBy: string, why: (c: C) => Reason | null): Rule<C> => ({
  enforcedBy,
  why: (c) => (c.me ? why(c) : REASONS.connect),
})

const isOpen = ({ lease }: LeaseCase) => lease.status !== "closed"
const isTenant = ({ me, lease }: LeaseCase) => isSame(me, lease.tenant)
const arbiters = ({ parameters }: RuleContext) => parameters.arbiters ?? ""

/** The tenant of an open lease. */
function ownOpen(c: LeaseCase): Reason | null {
  if (!isTenant(c)) return REASONS.tenant
  return isOpen(c) ? null : REASONS.closed
}

/** `Tenancy._checkFunds`: a higher count must leave what may be owed and the notice period's money. */
function shortfall({ lease, replicas = 0, parameters }: LeaseCase): bigint {
  const reserved = lease.terms ? BigInt(lease.terms.rates.reserved) : 0n
  const notice = amountOver(reserved * BigInt(replicas), BigInt(parameters.noticePeriod ?? 0))
  const kept = BigInt(lease.money.owed) + notice
  return kept - BigInt(lease.money.balance)
}

function isSound({ minReplicas, maxReplicas, target, up, down, step }: PolicyView): boolean {
  const counts = maxReplicas >= 1 && maxReplicas < 16_384 && minReplicas >= 0 && minReplicas <= maxReplicas
  return (
    counts &&
    target >= 1 &&
    target <= 100 &&
    down >= 0 &&
    down < target &&
    target <= up &&
    up <= 100 &&
    step >= 1
  )
}

/** Whether an action can still be executed under the binding in force. */
function live(c: ProposalCase): Reason | null {
  if (!c.sound) return REASONS.changed
  if (c.taken) return REASONS.taken
  if (!c.binding) return REASONS.free
  if (c.binding.version !== c.version) return REASONS.version
  return c.now > c.expiry ? REASONS.expired(c.expiry) : null
}

const names = (list: readonly Address[], who: Address | undefined) => list.some((one) => isSame(who, one))

export const RULES = {
  // Leases
  take: rule<OfferCase>("Market.take", ({ intakeOpen, offer }) =>
    intakeOpen ? (offer.open ? null : REASONS.offerClosed) : REASONS.intake,
  ),
  scale: rule<LeaseCase>("Market.scale", (c) => {
    const refused = ownOpen(c)
    if (refused || c.replicas === undefined) return refused
    const { min, max, wanted } = c.lease.replicas
    if (c.replicas < min || c.replicas > max) return REASONS.bounds(min, max)
    if (c.replicas === wanted) return REASONS.same
    const missing = c.replicas > wanted ? shortfall(c) : 0n
    return missing > 0n ? REASONS.short(missing, c.unit ?? ETH) : null
  }),
  setPolicy: rule<LeaseCase>("Market.setPolicy", (c) => {
    const refused = ownOpen(c)
    if (refused || !c.policy) return refused
    if (!isSound(c.policy)) return REASONS.policy
    const { wanted } = c.lease.replicas
    return wanted < c.policy.minReplicas || wanted > c.policy.maxReplicas ? REASONS.holds(wanted) : null
  }),
  topUp: rule<LeaseCase>("Escrow.topUp", ({ amount }) =>
    amount !== undefined && amount <= 0n ? REASONS.amount : null,
  ),
  withdraw: rule<LeaseCase>("Escrow.withdraw", (c) => {
    const refused = ownOpen(c)
    if (refused) return refused
    if (c.withdrawable === 0n) return REASONS.nothing
    if (c.amount !== undefined && c.amount <= 0n) return REASONS.amount
    const above = c.withdrawable !== undefined && c.amount !== undefined && c.amount > c.withdrawable
    return above ? REASONS.above(c.withdrawable!, c.unit ?? ETH) : null
  }),
  close: rule<LeaseCase>("Market.close", (c) => {
    if (!isTenant(c) && !isSame(c.me, c.lease.provider)) return REASONS.parties
    if (!isOpen(c)) return REASONS.closed
    if (isTenant(c)) return null
    const { noticeEnds = 0 } = c
    if (noticeEnds > 0 && c.now >= noticeEnds) return null
    const { balance, owed, rate } = c.lease.money
    const notice = amountOver(BigInt(rate), BigInt(c.parameters.noticePeriod ?? 0))
    const exhausted = BigInt(rate) > 0n && BigInt(owed) >= BigInt(balance) + notice
    return exhausted ? null : REASONS.notice(noticeEnds || null)
  }),
  refund: rule<LeaseCase>("Escrow.refund", (c) => {
    if (isOpen(c)) return REASONS.open
    return BigInt(c.lease.money.balance) <= BigInt(c.lease.money.owed) ? REASONS.nothing : null
  }),
  giveNotice: rule<LeaseCase>("Market.giveNotice", (c) => {
    if (!isSame(c.me, c.lease.provider)) return REASONS.provider
    return isOpen(c) ? null : REASONS.closed
  }),
  moveToOffer: rule<LeaseCase>(
    "Auction.moveToOffer",
    (c) => ownOpen(c) ?? (c.intakeOpen ? null : REASONS.intake),
  ),
  moveToBid: rule<LeaseCase>(
    "Auction.moveToBid",
    (c) => ownOpen(c) ?? (c.intakeOpen ? null : REASONS.intake),
  ),
  countersign: rule<LeaseCase>("Proofs.settleSigned", (c) => {
    if (!isTenant(c)) return REASONS.tenant
    if (c.lease.disputedUntil !== null) return REASONS.frozen
    if (!c.usage) return null
    if (c.settledAt !== undefined && c.usage.time <= c.settledAt) return REASONS.settled
    return c.usage.time < c.now - Number(c.parameters.claimWindow ?? 0) ? REASONS.lapsed : null
  }),
  share: rule<LeaseCase>("POST /v1/leases/{id}/grants", (c) => {
    if (!isTenant(c)) return REASONS.tenant
    return c.expiry !== undefined && c.expiry <= c.now ? REASONS.past : null
  }),

  // Faults
  dispute: rule<LeaseCase>("Faults.dispute", (c) => {
    if (!isTenant(c)) return REASONS.tenant
    if (c.lease.disputedUntil !== null) return REASONS.disputed
    if (c.provider && !c.provider.registered) return REASONS.left
    if (c.again !== undefined && c.now < c.again) return REASONS.again(c.again)
    return !isOpen(c) && BigInt(c.lease.money.owed) === 0n ? REASONS.owes : null
  }),
  endDispute: rule<LeaseCase>("Faults.endDispute", ({ lease: { disputedUntil }, now }) => {
    if (disputedUntil === null) return REASONS.undisputed
    return now < disputedUntil ? REASONS.awaited(disputedUntil) : null
  }),
  rule: rule<LeaseCase>("Faults.rule", (c) => {
    const { disputedUntil } = c.lease
    if (disputedUntil === null) return REASONS.undisputed
    if (!isSame(c.me, arbiters(c))) return REASONS.arbiters
    if (c.now >= disputedUntil) return REASONS.late(disputedUntil)
    return whyNotSlash(c)
  }),

  // Orders
  openOrder: rule<RuleContext>("Auction.openOrder", ({ intakeOpen }) => (intakeOpen ? null : REASONS.intake)),
  cancelOrder: rule<OrderCase>("Auction.cancelOrder", ({ me, order }) =>
    isSame(me, order.tenant) ? (order.open ? null : REASONS.orderClosed) : REASONS.ordersTenant,
  ),
  accept: rule<OrderCase>("Auction.accept", ({ me, order, bid, now, intakeOpen }) => {
    if (!isSame(me, order.tenant)) return REASONS.ordersTenant
    if (!intakeOpen) return REASONS.intake
    if (!order.open) return REASONS.orderClosed
    if (now > order.acceptUntil) return REASONS.acceptanceOver(order.acceptUntil)
    return bid && now > bid.expiry ? REASONS.bidExpired(bid.expiry) : null
  }),

  // Providers
  addBond: rule<ProviderCase>("Registry.addBond", ownProvider),
  setAttributes: rule<ProviderCase>("Registry.setAttributes", ownProvider),
  listOffer: rule<ProviderCase>("Registry.listOffer", ownProvider),
  withdrawOffer: rule<OfferCase>("Registry.withdrawOffer", ({ me, offer }) => {
    if (!isSame(me, offer.provider)) return REASONS.offersProvider
    return offer.open ? null : REASONS.offerClosed
  }),
  announceExit: rule<ProviderCase>("Registry.announceExit", ownProvider),
  unregister: rule<ProviderCase>("Registry.unregister", (c) => {
    const refused = ownProvider(c)
    if (refused) return refused
    const { held, exitAt } = c.provider
    if (held.millicores > 0) return REASONS.leasesOpen
    if (exitAt === null) return REASONS.unannounced
    return c.now < exitAt ? REASONS.exitRunning(exitAt) : null
  }),
  withdrawEarnings: rule<Pick<ProviderCase, keyof RuleContext | "earnings" | "amount" | "unit">>(
    "Escrow.withdrawEarnings",
    ({ earnings, amount, unit }) => {
      if (earnings === 0n) return REASONS.nothing
      if (amount !== undefined && amount <= 0n) return REASONS.amount
      const above = earnings !== undefined && amount !== undefined && amount > earnings
      return above ? REASONS.earned(earnings, unit ?? ETH) : null
    },
  ),

  // Approvals
  sign: rule<ProposalCase>("Market.approved", mayConsent),
  consent: rule<ProposalCase>("Approvals.consent", mayConsent),
  revoke: rule<ProposalCase>("Approvals.revoke", (c) => {
    if (!c.sound) return REASONS.changed
    if (c.taken) return REASONS.taken
    if (!c.binding) return REASONS.free
    if (c.binding.version !== c.version) return REASONS.version
    if (!names(c.binding.approvers, c.me)) return REASONS.approver
    return names(c.revoked, c.me) ? REASONS.revoked : null
  }),
  approved: rule<ProposalCase>("Market.approved", (c) => {
    const refused = live(c)
    if (refused) return refused
    // The arbiters' account acts by its approvers' consents alone: anyone may send them.
    if (!isSame(c.me, c.account) && !isSame(c.account, arbiters(c))) return REASONS.owner
    const { threshold } = c.binding!
    const there = c.consented.length
    return there < threshold ? REASONS.missing(there, threshold) : null
  }),

  // Arbiters
  setIntake: rule<RuleContext & { open: boolean }>("Registry.setIntake", (c) => {
    if (!isSame(c.me, arbiters(c))) return REASONS.arbiters
    if (c.open === c.intakeOpen) return c.open ? REASONS.intakeOpen : REASONS.intakeStopped
    return null
  }),
} as const

function ownProvider({ me, provider }: ProviderCase): Reason | null {
  if (!isSame(me, provider.address)) return REASONS.account
  return provider.registered ? null : REASONS.unregistered
}

function mayConsent(c: ProposalCase): Reason | null {
  const refused = live(c)
  if (refused) return refused
  if (!names(c.binding!.approvers, c.me)) return REASONS.approver
  if (names(c.revoked, c.me)) return REASONS.revoked
  return names(c.consented, c.me) ? REASONS.consented : null
}

/** The most that a ruling for the tenant may take from a bond: `Faults._fraudShare`, in wei. */
export function mostSlash(bond: bigint, parameters: Record<string, string>): bigint {
  return (bond * BigInt(parameters.fraudShare ?? 0)) / 10_000n
}

/** The bond that a provider needs for its capacity: `bondFor`, in wei. */
export function requiredBond(capacity: ShapeView, parameters: Record<string, string>): bigint {
  const { millicores, memoryMiB, gpus } = capacity
  const units = BigInt(millicores + Math.floor(memoryMiB / 4) + gpus * 8000)
  return BigInt(parameters.minBond ?? 0) + (units * BigInt(parameters.bondPerCore ?? 0)) / 1000n
}

/** Why a ruling itself would be refused, independent of the sender. */
export function whyNotSlash({ forTenant, slash = 0n, provider, parameters }: LeaseCase): Reason | null {
  if (forTenant === false && slash > 0n) return REASONS.slashForProvider
  if (!provider) return null
  const most = mostSlash(BigInt(provider.bond), parameters)
  return slash > most ? REASONS.slash(most, ETH) : null
}

export type Rules = typeof RULES
type CaseOf<V extends keyof Rules> = Rules[V] extends Rule<infer C> ? C : never

/** Returns why an action would be refused, in the page's language; null when it is allowed. */
export function useReasons(): <V extends keyof Rules>(verb: V, c: CaseOf<V>) => string | null {
  const language = useLanguage()
  return (verb, c) => (RULES[verb] as Rule<typeof c>).why(c)?.[language] ?? null
}
