import { Link } from "@tanstack/react-router"
import { useVirtualizer } from "@tanstack/react-virtual"
import { useRef } from "react"
import type { LeaseSummary } from "../../api/types.ts"
import { useUnit } from "../../chain/currency.ts"
import { amountOver, formatDuration, HOUR, shorten } from "../../i18n/format.ts"
import { useMessages } from "../../i18n/language.ts"
import { Badge, type Tone } from "../../ui/Badge.tsx"
import { Address, Amount, Copy, When } from "../../ui/Values.tsx"
import { statusOf } from "./filter.ts"
import styles from "./LeaseTable.module.css"
import { messages } from "./messages.ts"

const ROW_PX = 58
/** Up to this many rows are all rendered, so that the browser's own search finds them. */
const FEW = 100
const TONES: Record<ReturnType<typeof statusOf>, Tone> = {
  active: "good",
  disputed: "warn",
  exhausted: "bad",
  closed: "plain",
}
/** Seconds of runway below which a lease is marked as running out: a day, but at least four notice periods. */
const soon = (noticePeriod: number) => Math.max(noticePeriod * 4, noticePeriod > 3600 ? 86_400 : 600)

interface Props {
  leases: readonly LeaseSummary[]
  /** Seconds. */
  noticePeriod: number
  account: string | undefined
}

/** Only the visible rows are rendered; the table's attributes state how many there are. */
export function LeaseTable({ leases, noticePeriod, account }: Props) {
  const t = useMessages(messages)
  const box = useRef<HTMLDivElement>(null)
  const rows = useVirtualizer({
    count: leases.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => leases[index]?.id ?? index,
    overscan: 8,
    enabled: leases.length > FEW,
  })
  const virtual = rows.getVirtualItems()
  const shown = leases.length > FEW ? virtual.map(({ index }) => index) : [...leases.keys()]
  const before = virtual[0]?.start ?? 0
  const after = leases.length > FEW ? rows.getTotalSize() - (virtual.at(-1)?.end ?? 0) : 0
  return (
    <section ref={box} className={styles.box} aria-label={t.table} tabIndex={0}>
      {/* The height of the rows that are not rendered. */}
      <div style={{ paddingTop: before, paddingBottom: after }}>
        <table className={styles.table} aria-rowcount={leases.length + 1}>
          <thead>
            <tr aria-rowindex={1}>
              <th scope="col">{t.lease}</th>
              <th scope="col">{t.status}</th>
              <th scope="col">{t.replicas}</th>
              <th scope="col" className="right">
                {t.rate}
              </th>
              <th scope="col" className="right">
                {t.balance}
              </th>
              <th scope="col">{t.runway}</th>
              <th scope="col">{t.tenant}</th>
              <th scope="col">{t.provider}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((index) => (
              <Row
                key={leases[index]!.id}
                lease={leases[index]!}
                index={index}
                measure={rows.measureElement}
                soon={soon(noticePeriod)}
                account={account?.toLowerCase()}
              />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

interface RowProps {
  lease: LeaseSummary
  /** From 0. */
  index: number
  measure: (row: HTMLTableRowElement | null) => void
  soon: number
  account: string | undefined
}

function Row({ lease, index, measure, soon, account }: RowProps) {
  const t = useMessages(messages)
  const unit = useUnit(lease.money.currency)
  const status = statusOf(lease)
  const { replicas, money } = lease
  return (
    <tr ref={measure} data-index={index} aria-rowindex={index + 2} className={styles.row}>
      <th scope="row">
        <span className={styles.id}>
          <Link to="/leases/$lease" params={{ lease: lease.id }} className="mono">
            {shorten(lease.id)}
          </Link>
          <Copy text={lease.id} what={shorten(lease.id)} />
        </span>
        <span className={styles.under}>
          <When of={lease.openedAt} />
        </span>
      </th>
      <td>
        <Badge tone={TONES[status]}>{t.statuses[status]}</Badge>
      </td>
      <td className="num">
        {lease.status === "closed" ? "–" : t.running(replicas.healthy, replicas.wanted)}
        <span className={styles.under}>{t.bounds(replicas.min, replicas.max)}</span>
      </td>
      <td className="right">
        <Amount of={amountOver(BigInt(money.rate), HOUR)} unit={unit} />
      </td>
      <td className="right">
        <Amount of={money.balance} unit={unit} />
      </td>
      <td>
        <Runway lease={lease} soon={soon} />
      </td>
      <td>
        <Address of={lease.tenant} you={lease.tenant.toLowerCase() === account} />
      </td>
      <td>
        <Address of={lease.provider} you={lease.provider.toLowerCase() === account} />
      </td>
    </tr>
  )
}

function Runway({ lease, soon }: { lease: LeaseSummary; soon: number }) {
  const t = useMessages(messages)
  const { runway } = lease.money
  if (lease.status === "closed") return "–"
  if (runway === null) return <span className="soft">{t.never}</span>
  if (runway === 0) return <Badge tone="bad">{t.empty}</Badge>
  if (runway >= soon) return <span className="num">{formatDuration(runway)}</span>
  return (
    <span className={styles.short}>
      <span className="num">{formatDuration(runway)}</span> <Badge tone="warn">{t.short}</Badge>
    </span>
  )
}
