import { Link } from "@tanstack/react-router"
import type { FaultView, ProviderView } from "../../api/types.ts"
import { Attributes, Capacity, ProviderStatus, Uptime } from "../../features/offers/ProviderFacts.tsx"
import { ETH, shorten } from "../../i18n/format.ts"
import { useMessages } from "../../i18n/language.ts"
import { Badge } from "../../ui/Badge.tsx"
import { Address, Amount, Tx, When } from "../../ui/Values.tsx"
import { messages } from "./messages.ts"
import styles from "./Providers.module.css"

export function Providers({ providers }: { providers: readonly ProviderView[] }) {
  const t = useMessages(messages)
  return (
    <table className={styles.table}>
      <caption className="unseen">{t.table}</caption>
      <thead>
        <tr>
          <th scope="col">{t.provider}</th>
          <th scope="col">{t.state}</th>
          <th scope="col">{t.capacity}</th>
          <th scope="col">{t.uptime}</th>
          <th scope="col">{t.record}</th>
          <th scope="col">{t.bond}</th>
        </tr>
      </thead>
      <tbody>
        {providers.map((provider) => (
          <tr key={provider.address} id={`provider-${provider.address.toLowerCase()}`}>
            <th scope="row">
              <Address of={provider.address} />
              <p>
                <Link to="/provider" search={{ address: provider.address }}>
                  {t.books}
                  <span className="unseen"> {t.booksOf(shorten(provider.address))}</span>
                </Link>
              </p>
            </th>
            <td>
              <div className={styles.state}>
                <State provider={provider} />
                {provider.attributes.length > 0 && (
                  <div className={styles.attributes}>
                    <Attributes of={provider.attributes} />
                  </div>
                )}
              </div>
            </td>
            <td className={styles.capacity}>
              <Capacity capacity={provider.capacity} held={provider.held} />
            </td>
            <td>
              <Uptime provider={provider} />
            </td>
            <td>
              <Faults faults={provider.faults} />
            </td>
            <td>
              <Amount of={provider.bond} unit={ETH} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function State({ provider }: { provider: ProviderView }) {
  const t = useMessages(messages)
  const troubled = !provider.registered || provider.silence !== null || provider.exitAt !== null
  return (
    <>
      {troubled ? <ProviderStatus provider={provider} /> : <Badge tone="good">{t.good}</Badge>}
      {provider.exitAt !== null && (
        <span className="soft small">
          {t.exit} <When of={provider.exitAt} />
        </span>
      )}
    </>
  )
}

function Faults({ faults }: { faults: readonly FaultView[] }) {
  const t = useMessages(messages)
  if (faults.length === 0) return <span className="soft">{t.none}</span>
  return (
    <ul className={styles.faults}>
      {faults.map((fault) => (
        <li key={`${fault.tx}${fault.name}`}>
          <span>{t.faultNames[fault.name] ?? fault.name}</span>
          {fault.amount && (
            <>
              {" "}
              <Amount of={fault.amount} unit={ETH} />
            </>
          )}
          <br />
          <span className="soft">
            <When of={fault.time} /> <Tx of={fault.tx} />
          </span>
        </li>
      ))}
    </ul>
  )
}
