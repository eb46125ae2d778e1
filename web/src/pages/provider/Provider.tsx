import { Link, useNavigate, useSearch } from "@tanstack/react-router"
import { useConnection } from "wagmi"
import type { OwnView, ProviderView } from "../../api/types.ts"
import { isSame } from "../../chain/legal.ts"
import { Loaded } from "../../features/errors/Failure.tsx"
import { Attributes, ProviderStatus } from "../../features/offers/ProviderFacts.tsx"
import { useMarket, useOwnProvider, useProviders } from "../../features/queries/market.ts"
import { shorten } from "../../i18n/format.ts"
import { useMessages } from "../../i18n/language.ts"
import { Choice } from "../../ui/Field.tsx"
import { Empty, Notice } from "../../ui/States.tsx"
import { Address } from "../../ui/Values.tsx"
import { Alarms } from "./Alarms.tsx"
import { Earnings, Ledger } from "./Earnings.tsx"
import { Gas } from "./Gas.tsx"
import { Leases } from "./Leases.tsx"
import { messages } from "./messages.ts"
import { Offers } from "./Offers.tsx"
import styles from "./Provider.module.css"
import { ProviderSummary, Stock } from "./ProviderSummary.tsx"
import { Registration } from "./Registration.tsx"
import { Roots } from "./Roots.tsx"
import { Stages } from "./Stages.tsx"

/** The page of a provider: with all details for this page's own provider, from the chain for any other. */
export function Provider() {
  const t = useMessages(messages)
  const { address } = useSearch({ from: "/provider" })
  const go = useNavigate()
  const providers = useProviders()
  const market = useMarket()
  const own = useOwnProvider()
  const known = providers.data ?? []
  const home = own.data?.address ?? market.data?.provider
  const wanted = address ?? known.find((each) => isSame(each.address, home))?.address ?? known[0]?.address
  const provider = known.find((each) => isSame(each.address, wanted))
  return (
    <>
      <header className={styles.head}>
        <h1>{t.title}</h1>
        {known.length > 1 && (
          <div className={styles.choose}>
            <Choice
              label={t.choose}
              value={provider?.address ?? ""}
              options={known.map((each) => ({
                value: each.address,
                label: `${shorten(each.address)}${isSame(each.address, home) ? ` (${t.ofPage})` : ""}`,
              }))}
              onChange={(next) => void go({ to: "/provider", search: { address: next } })}
            />
          </div>
        )}
      </header>
      <Loaded query={providers} lines={12}>
        {() =>
          provider ? (
            <Books
              provider={provider}
              own={isSame(own.data?.address, provider.address) ? own.data : undefined}
              away={own.isError && isSame(provider.address, home)}
            />
          ) : (
            <Empty title={known.length === 0 ? t.none : t.unknown}>
              {known.length === 0 ? t.noneAbout : <Link to="/provider">{t.backToOwn}</Link>}
            </Empty>
          )
        }
      </Loaded>
    </>
  )
}

interface Props {
  provider: ProviderView
  own: OwnView | undefined
  /** It is this page's own provider, and does not answer. */
  away: boolean
}

function Books({ provider, own, away }: Props) {
  const t = useMessages(messages)
  const { address } = useConnection()
  return (
    <>
      <div className="row">
        <Address of={provider.address} you={isSame(address, provider.address)} />
        <ProviderStatus provider={provider} />
        <Attributes of={provider.attributes} />
      </div>
      {away && <Notice>{t.away}</Notice>}
      {own?.draining && <Notice>{t.drains}</Notice>}
      {!own && !away && /^https?:\/\//.test(provider.endpoint) && (
        <p className="soft small">
          {t.elsewhere}{" "}
          <a href={provider.endpoint} target="_blank" rel="noreferrer">
            {provider.endpoint}
          </a>
        </p>
      )}
      {own && <Alarms alarms={own.alarms} />}
      <ProviderSummary provider={provider} own={own} />
      <div className={styles.pair}>
        <Earnings provider={provider} own={own} />
        <Stock provider={provider} own={own} />
      </div>
      {own && <Stages stages={own.stages} />}
      <Leases provider={provider} />
      {own && (
        <div className={styles.pair}>
          <Roots roots={own.roots} />
          <Gas gas={own.gas} intents={own.intents} />
        </div>
      )}
      {own && <Ledger claims={own.claims} payouts={own.payouts} />}
      <Offers provider={provider} />
      <Registration provider={provider} />
    </>
  )
}
