// Where a lease can move: open offers in its currency, and unexpired bids on an identical order.
import type { Address } from "viem"
import type { LeaseView, OfferView, OrderView, ProviderView } from "../../../api/types.ts"
import { isSame } from "../../../chain/legal.ts"
import { ratesOf } from "../../../chain/price.ts"
import { type AuctionOrder, auctionOrderOf, type Bid, bidOf } from "../../../chain/terms.ts"

export interface Destination {
  /** `offer 3`, `bid 0x…`: identifies the destination. */
  key: string
  provider: Address
  /** The reserved rate of a replica there: base units × 1e12 per second. */
  reserved: bigint
  /** No room for the policy's maximum count. */
  full: boolean
  to: { offer: number } | { order: AuctionOrder; bid: Bid }
}

/** Cheapest first; those without room last. */
export function destinationsOf(
  lease: LeaseView,
  offers: OfferView[],
  orders: OrderView[],
  providers: ProviderView[],
  now: number,
): Destination[] {
  const { terms } = lease
  const { shape } = terms
  const found: Destination[] = []
  const roomAt = (address: Address) => {
    const provider = providers.find((each) => isSame(each.address, address))
    // The market itself decides about a provider that is not known here.
    if (!provider) return true
    const { capacity, held } = provider
    const kinds = ["millicores", "memoryMiB", "diskMiB", "gpus"] as const
    return (
      provider.registered &&
      kinds.every((kind) => capacity[kind] - held[kind] >= shape[kind] * lease.policy.maxReplicas)
    )
  }
  for (const { id, provider, open, currency, prices } of offers) {
    if (!open || !isSame(currency, terms.currency)) continue
    const { reserved } = ratesOf(prices, shape)
    // A lease's id is the hash of its terms: the same prices at the same provider would be the same lease.
    if (isSame(provider, lease.provider) && reserved === BigInt(terms.rates.reserved)) continue
    found.push({ key: `offer ${id}`, provider, reserved, full: !roomAt(provider), to: { offer: id } })
  }
  for (const order of orders) {
    const alike =
      isSame(order.tenant, lease.tenant) &&
      isSame(order.currency, terms.currency) &&
      order.manifestHash === terms.manifestHash &&
      Object.entries(shape).every(([kind, value]) => order.shape[kind as keyof typeof shape] === value)
    if (!alike || !(order.open || order.salt === terms.salt) || order.acceptUntil < now) continue
    for (const bid of order.bids) {
      if (bid.expiry < now || isSame(bid.provider, lease.provider)) continue
      found.push({
        key: `bid ${bid.id}`,
        provider: bid.provider,
        reserved: BigInt(bid.rates.reserved),
        full: false,
        to: { order: auctionOrderOf(order), bid: bidOf(bid) },
      })
    }
  }
  return found.sort((a, b) =>
    a.full !== b.full ? (a.full ? 1 : -1) : a.reserved < b.reserved ? -1 : a.reserved > b.reserved ? 1 : 0,
  )
}
