import type { OfferView, ProviderView } from "../../api/types.ts"
import { withdrawOffer } from "../../chain/actions/withdrawOffer.ts"
import { useUnit } from "../../chain/currency.ts"
import { isSame, useReasons } from "../../chain/legal.ts"
import { useRuleContext } from "../../features/chain/useRuleContext.ts"
import { Loaded } from "../../features/errors/Failure.tsx"
import { PriceList } from "../../features/offers/PriceList.tsx"
import { useOffers } from "../../features/queries/market.ts"
import { useMessages } from "../../i18n/language.ts"
import { Badge } from "../../ui/Badge.tsx"
import { ActionButton } from "../../ui/Button.tsx"
import { Card } from "../../ui/Card.tsx"
import { ListOffer } from "./ListOffer.tsx"
import { messages } from "./messages.ts"
import styles from "./Provider.module.css"
import { useAction } from "./useAction.ts"

/** The provider's offers, and a form for a new one. */
export function Offers({ provider }: { provider: ProviderView }) {
  const t = useMessages(messages)
  const offers = useOffers()
  return (
    <Card title={t.offers}>
      <div className="stack">
        <Loaded query={offers} lines={3}>
          {(all) => {
            const its = all.filter((offer) => isSame(offer.provider, provider.address))
            if (its.length === 0) return <p className="soft small">{t.noOffers}</p>
            return (
              <ul className={styles.offers}>
                {its.toReversed().map((offer) => (
                  <li key={offer.id}>
                    <Offer offer={offer} />
                  </li>
                ))}
              </ul>
            )
          }}
        </Loaded>
        <ListOffer provider={provider} />
      </div>
    </Card>
  )
}

function Offer({ offer }: { offer: OfferView }) {
  const t = useMessages(messages)
  const unit = useUnit(offer.currency)
  const here = useRuleContext()
  const reasons = useReasons()
  const { act, busy } = useAction()
  if (!offer.open) {
    return (
      <p className="row soft">
        {t.offer(offer.id)} <Badge>{t.closed}</Badge>
      </p>
    )
  }
  return (
    <div className={styles.offer}>
      <div>
        <h3>{t.offer(offer.id)}</h3>
        <PriceList prices={offer.prices} unit={unit} />
      </div>
      <ActionButton
        reason={here ? reasons("withdrawOffer", { ...here, offer }) : ""}
        busy={busy}
        aria-label={t.withdrawOfferOf(offer.id)}
        onClick={() =>
          void act(t.labels.withdrawOffer, (wallet) => withdrawOffer(wallet, { offer: offer.id }))
        }
      >
        {t.withdrawOffer}
      </ActionButton>
    </div>
  )
}
