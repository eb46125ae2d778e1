import { Link } from "@tanstack/react-router"
import { useMemo } from "react"
import type { OfferView, ProviderView } from "../../api/types.ts"
import { Failure, Loaded } from "../../features/errors/Failure.tsx"
import { demandOf, match } from "../../features/offers/match.ts"
import { DEFAULT, setRequirements, useRequirements } from "../../features/offers/requirements.ts"
import { ShapeSliders } from "../../features/offers/ShapeSliders.tsx"
import { messages as orderWords } from "../../features/orders/messages.ts"
import { useLeases, useMarket, useOffers, useOrders, useProviders } from "../../features/queries/market.ts"
import { useMessages } from "../../i18n/language.ts"
import { Button } from "../../ui/Button.tsx"
import { Card } from "../../ui/Card.tsx"
import { Slider } from "../../ui/Slider.tsx"
import { Empty, Skeleton } from "../../ui/States.tsx"
import styles from "./Market.module.css"
import { MarketSummary } from "./MarketSummary.tsx"
import { messages } from "./messages.ts"
import { Offers } from "./Offers.tsx"
import { Orders } from "./Orders.tsx"
import { Providers } from "./Providers.tsx"

const COUNTS = [1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 32, 64, 128]

export function Market() {
  const t = useMessages(messages)
  const o = useMessages(orderWords)
  const leases = useLeases()
  const providers = useProviders()
  const orders = useOrders()
  const offers = useOffers()
  return (
    <>
      <header className={styles.hero}>
        <div>
          <h1 className={styles.title}>{t.title}</h1>
          <p className={styles.lead}>{t.lead}</p>
        </div>
        <Link to="/deploy" className={styles.go}>
          {t.deploy}
        </Link>
      </header>
      <MarketSummary leases={leases.data} providers={providers.data} orders={orders.data} />
      <div className={styles.columns}>
        <Wish known={providers.data ?? []} />
        <section className="stack" aria-labelledby="offers">
          {offers.data && providers.data ? (
            <Fitting offers={offers.data} providers={providers.data} />
          ) : (
            <>
              <h2 id="offers">{t.offers}</h2>
              {offers.isError || providers.isError ? (
                <Failure
                  error={offers.error ?? providers.error}
                  retry={() => {
                    void offers.refetch()
                    void providers.refetch()
                  }}
                />
              ) : (
                <Skeleton lines={12} />
              )}
            </>
          )}
        </section>
      </div>
      <Card title={t.providers} flush>
        <Loaded query={providers}>
          {(known) =>
            known.length === 0 ? (
              <Empty title={t.noProviders}>{t.noProvidersAbout}</Empty>
            ) : (
              <Providers providers={known} />
            )
          }
        </Loaded>
      </Card>
      <Card title={o.title} flush>
        <p className={styles.about}>{o.about}</p>
        <Loaded query={orders} lines={2}>
          {(open) => <Orders orders={open} />}
        </Loaded>
      </Card>
    </>
  )
}

function Wish({ known }: { known: readonly ProviderView[] }) {
  const t = useMessages(messages)
  const wanted = useRequirements()
  const claimed = [
    ...new Set([...known.flatMap(({ attributes }) => attributes), ...wanted.attributes]),
  ].sort()
  const toggle = (attribute: string) =>
    wanted.attributes.includes(attribute)
      ? wanted.attributes.filter((one) => one !== attribute)
      : [...wanted.attributes, attribute]
  return (
    <section className={styles.wish} aria-labelledby="wish">
      <div className={styles.wishHead}>
        <h2 id="wish">{t.shape}</h2>
        <Button kind="quiet" onClick={() => setRequirements(DEFAULT)}>
          {t.reset}
        </Button>
      </div>
      <p className="soft small">{t.shapeAbout}</p>
      <ShapeSliders shape={wanted.shape} onChange={(shape) => setRequirements({ shape })} />
      <Slider
        label={t.replicas}
        unit={t.each}
        value={wanted.replicas}
        stops={COUNTS}
        least={1}
        most={16_383}
        onChange={(replicas) => setRequirements({ replicas })}
      />
      {claimed.length > 0 && (
        <fieldset className={styles.attributes}>
          <legend>{t.attributes}</legend>
          {claimed.map((attribute) => (
            <label key={attribute}>
              <input
                type="checkbox"
                checked={wanted.attributes.includes(attribute)}
                onChange={() => setRequirements({ attributes: toggle(attribute) })}
              />
              {attribute}
            </label>
          ))}
        </fieldset>
      )}
    </section>
  )
}

function Fitting({
  offers,
  providers,
}: {
  offers: readonly OfferView[]
  providers: readonly ProviderView[]
}) {
  const t = useMessages(messages)
  const wanted = useRequirements()
  const market = useMarket()
  const intakeOpen = market.data?.intakeOpen ?? true
  const noticePeriod = BigInt(market.data?.parameters.noticePeriod ?? 0)
  const matched = useMemo(
    () => match(offers, providers, demandOf(wanted), { intakeOpen, noticePeriod }),
    [offers, providers, wanted, intakeOpen, noticePeriod],
  )
  const open = matched.filter(({ offer }) => offer.open).length
  const fit = matched.filter(({ mismatches: misfits }) => misfits.length === 0).length
  return (
    <>
      <div className={styles.head}>
        <h2 id="offers">{t.offers}</h2>
        <p className="soft small num" role="status">
          {t.fitting(fit, open)}
        </p>
      </div>
      {matched.length === 0 ? (
        <Card>
          <Empty title={t.noOffers}>{t.noOffersAbout}</Empty>
        </Card>
      ) : (
        <Offers matched={matched} wanted={wanted} />
      )}
    </>
  )
}
