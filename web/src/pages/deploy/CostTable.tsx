import { costOf, lasts, type Cost as Price } from "../../chain/price.ts"
import { formatDuration, type Unit } from "../../i18n/format.ts"
import { useMessages } from "../../i18n/language.ts"
import { Amount } from "../../ui/Values.tsx"
import styles from "./Deploy.module.css"
import { messages } from "./messages.ts"

interface Props {
  /** The highest rate of a replica, base units × 1e12 per second. */
  reserved: bigint
  unit: Unit
  /** Ascending, without duplicates. */
  counts: readonly number[]
  /** Base units; null: not entered yet. */
  deposit: bigint | null
}

/** The cost of several replica counts, and how long the deposit lasts at each. */
export function CostTable({ reserved, unit, counts, deposit }: Props) {
  const t = useMessages(messages)
  return (
    <div className="scroller">
      <table className={styles.cost}>
        <caption className={styles.caption}>
          <strong>{t.cost}</strong> <span className="soft">{t.costAbout}</span>
        </caption>
        <thead>
          <tr>
            <td />
            <th scope="col" className="right">
              {t.hour}
            </th>
            <th scope="col" className="right">
              {t.month}
            </th>
            <th scope="col" className="right">
              {t.lasts}
            </th>
          </tr>
        </thead>
        <tbody>
          {counts.map((count) => (
            <Row
              key={count}
              label={t.at(count)}
              cost={costOf({ reserved }, count)}
              unit={unit}
              deposit={deposit}
            />
          ))}
        </tbody>
      </table>
    </div>
  )
}

interface RowProps {
  label: string
  cost: Price
  unit: Unit
  deposit: bigint | null
}

function Row({ label, cost, unit, deposit }: RowProps) {
  const t = useMessages(messages)
  const runway = deposit === null ? null : lasts(deposit, cost.rate)
  return (
    <tr>
      <th scope="row">{label}</th>
      <td className="right">
        <Amount of={cost.hour} unit={unit} />
      </td>
      <td className="right">
        <Amount of={cost.month} unit={unit} />
      </td>
      <td className="right num">
        {deposit === null ? "–" : runway === null ? t.forever : formatDuration(runway)}
      </td>
    </tr>
  )
}
