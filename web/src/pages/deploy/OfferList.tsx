import { useUnit } from "../../chain/currency.ts"
import { costOf } from "../../chain/price.ts"
import { Mismatches } from "../../features/offers/Mismatches.tsx"
import type { Matched } from "../../features/offers/match.ts"
import { Attributes, ProviderStatus } from "../../features/offers/ProviderFacts.tsx"
import { formatAmount, shorten } from "../../i18n/format.ts"
import { useMessages } from "../../i18n/language.ts"
import styles from "./Deploy.module.css"
import { setDraft, useDraft } from "./draft.ts"
import { messages } from "./messages.ts"

interface Props {
  matched: readonly Matched[]
  chosen: Matched | null
}

/** The offers to choose from; those that do not match show the reasons. */
export function OfferList({ matched, chosen }: Props) {
  const t = useMessages(messages)
  const open = matched.filter(({ offer }) => offer.open)
  if (open.length === 0) return <p className="soft">{t.noOffers}</p>
  return (
    <fieldset className={styles.fieldset}>
      <legend>{t.offers}</legend>
      <p className="soft small">
        {open.some(({ mismatches: misfits }) => misfits.length === 0) ? t.cheapest : t.noneFits}
      </p>
      <div className={styles.offers}>
        {open.map((each) => (
          <Choice key={each.offer.id} matched={each} checked={chosen?.offer.id === each.offer.id} />
        ))}
      </div>
    </fieldset>
  )
}

function Choice({ matched, checked }: { matched: Matched; checked: boolean }) {
  const t = useMessages(messages)
  const { offer, provider, rates, mismatches: misfits } = matched
  const unit = useUnit(offer.currency)
  const { policy } = useDraft()
  const hourly = (replicas: number) => formatAmount(costOf(rates, replicas).hour, unit)
  const id = `choice-${offer.id}`
  const fits = misfits.length === 0
  return (
    <div className={styles.choice} data-checked={checked}>
      <label className={styles.choiceHead}>
        <input
          type="radio"
          name="offer"
          checked={checked}
          disabled={!fits && !checked}
          aria-describedby={fits ? undefined : id}
          onChange={() => setDraft({ offer: offer.id })}
        />
        <span className={styles.choiceName}>
          <strong>{t.offer(offer.id)}</strong> <span className="mono soft">{shorten(offer.provider)}</span>
        </span>
        <span className={`num ${styles.choicePrice}`}>
          {t.span(hourly(policy.minReplicas), hourly(policy.maxReplicas))}
        </span>
      </label>
      {provider && (provider.attributes.length > 0 || provider.silence || provider.exitAt !== null) && (
        <div className={styles.choiceMore}>
          <ProviderStatus provider={provider} />
          <Attributes of={provider.attributes} />
        </div>
      )}
      {!fits && (
        <div id={id} className={styles.misfits}>
          <Mismatches misfits={misfits} unit={unit} />
        </div>
      )}
    </div>
  )
}
