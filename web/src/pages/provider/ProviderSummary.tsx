import type { OwnView, ProviderView } from "../../api/types.ts"
import { isSame } from "../../chain/legal.ts"
import { Capacity, shareOf, Uptime } from "../../features/offers/ProviderFacts.tsx"
import { useLeases } from "../../features/queries/market.ts"
import { ETH, formatBytes, formatFigure } from "../../i18n/format.ts"
import { useMessages } from "../../i18n/language.ts"
import { Card } from "../../ui/Card.tsx"
import styles from "../../ui/Figures.module.css"
import { Amount } from "../../ui/Values.tsx"
import { messages } from "./messages.ts"

interface Props {
  provider: ProviderView
  own: OwnView | undefined
}

export function ProviderSummary({ provider, own }: Props) {
  const t = useMessages(messages)
  const leases = useLeases().data?.filter(
    (lease) => isSame(lease.provider, provider.address) && lease.status !== "closed",
  )
  const { provenEpochs, epochs } = provider
  return (
    <section aria-label={t.vitals}>
      <dl className={styles.vitals}>
        <div>
          <dt>{t.bond}</dt>
          <dd>
            <Amount of={provider.bond} unit={ETH} />
          </dd>
        </div>
        <div>
          <dt>{t.leases}</dt>
          <dd>{leases?.length.toLocaleString("en-US") ?? "–"}</dd>
          <dd className={styles.beside}>
            {leases && t.replicas(leases.reduce((sum, { replicas }) => sum + replicas.wanted, 0))}
          </dd>
        </div>
        <div>
          <dt>{t.proven}</dt>
          <dd>{epochs > 0 ? shareOf(provenEpochs, epochs) : "–"}</dd>
          <dd className={styles.beside}>
            <Uptime provider={provider} />
          </dd>
        </div>
        {own && (
          <div>
            <dt>{t.margin}</dt>
            <dd>{own.margin} %</dd>
            <dd className={styles.beside}>{t.marginAbout}</dd>
          </div>
        )}
        {own?.wallet && (
          <div>
            <dt>{t.wallet}</dt>
            <dd>
              <Amount of={own.wallet} unit={ETH} />
            </dd>
            <dd className={styles.beside}>{t.walletAbout}</dd>
          </div>
        )}
      </dl>
    </section>
  )
}

/** Total capacity, capacity in use, and capacity reserved for pending bids. */
export function Stock({ provider, own }: Props) {
  const t = useMessages(messages)
  const reserved = own?.reserved
  return (
    <Card title={t.capacity}>
      <div className="stack">
        <p className="soft small">{t.capacityAbout}</p>
        <Capacity capacity={provider.capacity} held={provider.held} />
        {reserved && reserved.millicores > 0 && (
          <p className="soft small">
            {t.reserved(formatFigure(reserved.millicores / 1000), formatBytes(reserved.memoryMiB * 2 ** 20))}
          </p>
        )}
      </div>
    </Card>
  )
}
