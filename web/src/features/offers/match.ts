import type { OfferView, ProviderView } from "../../api/types.ts"
import { ratesOf } from "../../chain/price.ts"
import { type Demand, type Mismatch, type Supply, screen } from "../../chain/screen.ts"
import type { Rates } from "../../chain/terms.ts"
import type { Requirements } from "./requirements.ts"

/** An offer, and whether it matches what the user needs. */
export interface Matched {
  offer: OfferView
  /** Null: unknown on chain. */
  provider: ProviderView | null
  rates: Rates
  /** Empty when the offer matches. */
  mismatches: Mismatch[]
}

const NOTHING = { millicores: 0, memoryMiB: 0, diskMiB: 0, gpus: 0 }

export interface MarketRules {
  intakeOpen: boolean
  /** Seconds. */
  noticePeriod: bigint
}

/** The demand of a user who has not set a policy. */
export function demandOf({ shape, replicas, attributes }: Requirements): Demand {
  const bounds = { minReplicas: Math.min(1, replicas), maxReplicas: replicas }
  const policy = { ...bounds, target: 70, up: 80, down: 40, cooldown: 30, step: 1, headroom: 1 }
  return { shape, replicas, policy, maxRate: null, deposit: null, attributes }
}

/** Matches offers against a demand. Matching offers come first, the cheapest of each currency first. */
export function match(
  offers: readonly OfferView[],
  providers: readonly ProviderView[],
  wish: Demand,
  { intakeOpen, noticePeriod }: MarketRules,
): Matched[] {
  const known = new Map(providers.map((provider) => [provider.address.toLowerCase(), provider]))
  const all = offers.map((offer): Matched => {
    const provider = known.get(offer.provider.toLowerCase()) ?? null
    const seller: Supply = {
      registered: provider?.registered ?? false,
      capacity: provider?.capacity ?? NOTHING,
      held: provider?.held ?? NOTHING,
      attributes: provider?.attributes ?? [],
      intakeOpen,
    }
    const rates = ratesOf(offer.prices, wish.shape)
    return { offer, provider, rates, mismatches: screen(offer, rates, seller, wish, noticePeriod) }
  })
  return all.sort(
    (a, b) =>
      Number(!a.offer.open) - Number(!b.offer.open) ||
      Number(a.mismatches.length > 0) - Number(b.mismatches.length > 0) ||
      a.offer.currency.localeCompare(b.offer.currency) ||
      compare(a.rates.reserved, b.rates.reserved) ||
      a.offer.id - b.offer.id,
  )
}

const compare = (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0)
