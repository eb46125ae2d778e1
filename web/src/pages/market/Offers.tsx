import { Link } from "@tanstack/react-router"
import { useState } from "react"
import { useUnit } from "../../chain/currency.ts"
import { costOf } from "../../chain/price.ts"
import { replicasThatFit } from "../../chain/screen.ts"
import { Mismatches } from "../../features/offers/Mismatches.tsx"
import type { Matched } from "../../features/offers/match.ts"
import { PriceList } from "../../features/offers/PriceList.tsx"
import { Attributes, Capacity, ProviderStatus, Uptime } from "../../features/offers/ProviderFacts.tsx"
import type { Requirements } from "../../features/offers/requirements.ts"
import { useMessages } from "../../i18n/language.ts"
import { Badge } from "../../ui/Badge.tsx"
import { Button } from "../../ui/Button.tsx"
import { Address, Amount } from "../../ui/Values.tsx"
import { messages } from "./messages.ts"
import styles from "./Offers.module.css"

/** Enough for a few screens; a button shows the rest. */
const SHOWN = 30

export function Offers({ matched, wanted }: { matched: readonly Matched[]; wanted: Requirements }) {
  const t = useMessages(messages)
  const [shown, setShown] = useState(SHOWN)
  return (
    <>
      <ul className={styles.list}>
        {matched.slice(0, shown).map((each) => (
          <li key={each.offer.id}>
            {each.offer.open ? <Offer matched={each} wanted={wanted} /> : <Withdrawn matched={each} />}
          </li>
        ))}
      </ul>
      {matched.length > shown && (
        <Button onClick={() => setShown(matched.length)}>{t.more(matched.length - shown)}</Button>
      )}
    </>
  )
}

function Offer({ matched, wanted }: { matched: Matched; wanted: Requirements }) {
  const t = useMessages(messages)
  const { offer, provider, rates, mismatches: misfits } = matched
  const unit = useUnit(offer.currency)
  const cost = costOf(rates, wanted.replicas)
  const fits = misfits.length === 0
  const title = `offer-${offer.id}`
  return (
    <article className={styles.offer} data-fits={fits} aria-labelledby={title}>
      <header className={styles.head}>
        <h3 id={title}>{t.offer(offer.id)}</h3>
        <Badge tone={fits ? "good" : "warn"}>{fits ? t.fits : t.misfit}</Badge>
        {provider && <ProviderStatus provider={provider} />}
        <span className={styles.seller}>
          <Address of={offer.provider} />
        </span>
      </header>
      <div className={styles.columns}>
        <div className={styles.price}>
          <p className={styles.hour}>
            <Amount of={cost.hour} unit={unit} /> <span className={styles.per}>{t.hour}</span>
          </p>
          <p>
            <Amount of={cost.month} unit={unit} /> <span className={styles.per}>{t.month}</span>
          </p>
          <p className={styles.most}>{t.most}</p>
        </div>
        {provider && (
          <div className={styles.facts}>
            <Capacity capacity={provider.capacity} held={provider.held} />
          </div>
        )}
        <div className={styles.record}>
          {provider && (
            <>
              {fits && <p>{t.roomFor(replicasThatFit(provider, wanted.shape))}</p>}
              <p>
                <Uptime provider={provider} />
              </p>
              <p>
                {provider.faults.length === 0 ? (
                  t.noFaults
                ) : (
                  <a href={`#provider-${provider.address.toLowerCase()}`}>
                    {t.faults(provider.faults.length)}
                  </a>
                )}
              </p>
              <p className="row">
                <Attributes of={provider.attributes} />
              </p>
            </>
          )}
        </div>
      </div>
      {!fits && (
        <div className={styles.why}>
          <p className="small">
            <strong>{t.why}</strong>
          </p>
          <Mismatches misfits={misfits} unit={unit} />
        </div>
      )}
      <footer className={styles.foot}>
        <details className={styles.details}>
          <summary>{t.prices}</summary>
          <PriceList prices={offer.prices} unit={unit} />
        </details>
        {fits && (
          <Link to="/deploy" search={{ offer: offer.id }} className={styles.go}>
            {t.deployHere}
            <span className="unseen">: {t.offer(offer.id)}</span>
          </Link>
        )}
      </footer>
    </article>
  )
}

/** Its leases continue; it cannot be taken any more. */
function Withdrawn({ matched: { offer } }: { matched: Matched }) {
  const t = useMessages(messages)
  return (
    <p className={styles.withdrawn}>
      {t.offer(offer.id)} <Badge>{t.withdrawn}</Badge>
      <span className={styles.seller}>
        <Address of={offer.provider} />
      </span>
    </p>
  )
}
