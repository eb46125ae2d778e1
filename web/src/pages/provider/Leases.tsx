import { Link } from "@tanstack/react-router"
import type { LeaseSummary, ProviderView } from "../../api/types.ts"
import { useUnit } from "../../chain/currency.ts"
import { isSame, useReasons } from "../../chain/legal.ts"
import { useRuleContext } from "../../features/chain/useRuleContext.ts"
import { Loaded } from "../../features/errors/Failure.tsx"
import { useLeases } from "../../features/queries/market.ts"
import { amountOver, formatDuration, HOUR, shorten } from "../../i18n/format.ts"
import { useMessages } from "../../i18n/language.ts"
import { ActionButton } from "../../ui/Button.tsx"
import { Card } from "../../ui/Card.tsx"
import { Address, Amount } from "../../ui/Values.tsx"
import { messages } from "./messages.ts"
import styles from "./Provider.module.css"
import { useGiveNotice } from "./useGiveNotice.ts"

/** The open leases with this provider. */
export function Leases({ provider }: { provider: ProviderView }) {
  const t = useMessages(messages)
  const leases = useLeases()
  return (
    <Card title={t.itsLeases} flush>
      <Loaded query={leases} lines={3}>
        {(all) => <Listed leases={all.filter((lease) => isSame(lease.provider, provider.address))} />}
      </Loaded>
    </Card>
  )
}

function Listed({ leases }: { leases: readonly LeaseSummary[] }) {
  const t = useMessages(messages)
  const open = leases.filter(({ status }) => status !== "closed").toReversed()
  if (open.length === 0) return <p className={styles.about}>{t.noLeases}</p>
  return (
    <>
      <p className={styles.about}>{t.noticeAbout}</p>
      <div className={styles.long}>
        <table className={styles.leases}>
          <thead>
            <tr>
              <th scope="col">{t.lease}</th>
              <th scope="col">{t.tenant}</th>
              <th scope="col" className="right">
                {t.rate}
              </th>
              <th scope="col">{t.runway}</th>
              <th scope="col">
                <span className="unseen">{t.notice}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {open.map((lease) => (
              <Row key={lease.id} lease={lease} />
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}

function Row({ lease }: { lease: LeaseSummary }) {
  const t = useMessages(messages)
  const unit = useUnit(lease.money.currency)
  const here = useRuleContext()
  const reasons = useReasons()
  const { give, busy } = useGiveNotice(lease)
  const { runway, rate } = lease.money
  return (
    <tr>
      <th scope="row">
        <Link to="/leases/$lease" params={{ lease: lease.id }} className="mono">
          {shorten(lease.id)}
        </Link>
        <p className="soft small">{t.replicas(lease.replicas.wanted)}</p>
      </th>
      <td>
        <Address of={lease.tenant} />
      </td>
      <td className="right">
        <Amount of={amountOver(BigInt(rate), HOUR)} unit={unit} />
      </td>
      <td className="num">{runway === null ? "–" : formatDuration(runway)}</td>
      <td>
        <ActionButton
          reason={here ? reasons("giveNotice", { ...here, lease }) : ""}
          busy={busy}
          aria-label={t.noticeOf(shorten(lease.id))}
          onClick={() => void give()}
        >
          {t.notice}
        </ActionButton>
      </td>
    </tr>
  )
}
