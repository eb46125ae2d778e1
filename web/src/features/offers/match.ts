import type { OfferView, ProviderView } from "../../api/types.ts"
import { ratesOf } from "../../chain/price.ts"
import { type Misfit, type Seller, screen, type Wish } from "../../chain/screen.ts"
import type { Rates } from "../../chain/terms.ts"
import type { Wanted } from "./requirements.ts"

/** An offer, and how what is wanted fits it. */
export interface Matched {
  offer: OfferView
  /** Null: nobody knows it any more. */
  provider: ProviderView | null
  rates: Rates
  /** Empty when it fits. */
  misfits: Misfit[]
}

const NOTHING = { millicores: 0, memoryMiB: 0, diskMiB: 0, gpus: 0 }

export interface Rules {
  intakeOpen: boolean
  /** Seconds. */
  noticePeriod: bigint
}

/** The wish of somebody who has not said how capacity shall follow demand. */
export function wishOf({ shape, replicas, attributes }: Wanted): Wish {
  const bounds = { minReplicas: Math.min(1, replicas), maxReplicas: replicas }
  const policy = { ...bounds, target: 70, up: 80, down: 40, cooldown: 30, step: 1, headroom: 1 }
  return { shape, replicas, policy, maxRate: null, deposit: null, attributes }
}

/** Offers held against a wish: those that fit come first, the cheapest of each currency first. */
export function match(
  offers: readonly OfferView[],
  providers: readonly ProviderView[],
  wish: Wish,
  { intakeOpen, noticePeriod }: Rules,
): Matched[] {
  const known = new Map(providers.map((provider) => [provider.address.toLowerCase(), provider]))
  const all = offers.map((offer): Matched => {
    const provider = known.get(offer.provider.toLowerCase()) ?? null
    const seller: Seller = {
      registered: provider?.registered ?? false,
      capacity: provider?.capacity ?? NOTHING,
      held: provider?.held ?? NOTHING,
      attributes: provider?.attributes ?? [],
      intakeOpen,
    }
    const rates = ratesOf(offer.prices, wish.shape)
    return { offer, provider, rates, misfits: screen(offer, rates, seller, wish, noticePeriod) }
  })
  return all.sort(
    (a, b) =>
      Number(!a.offer.open) - Number(!b.offer.open) ||
      Number(a.misfits.length > 0) - Number(b.misfits.length > 0) ||
      a.offer.currency.localeCompare(b.offer.currency) ||
      compare(a.rates.reserved, b.rates.reserved) ||
      a.offer.id - b.offer.id,
  )
}

const compare = (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0)
