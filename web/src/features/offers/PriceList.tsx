import type { PricesView } from "../../api/types.ts"
import { amountOver, type Unit } from "../../i18n/format.ts"
import { useMessages } from "../../i18n/language.ts"
import { Amount } from "../../ui/Values.tsx"
import { messages } from "./messages.ts"
import styles from "./PriceList.module.css"

/** The units and periods in which prices are shown: units of the price, and seconds. */
export const ROWS = [
  ["millicore", 1000n, 3600n],
  ["memoryMiB", 1024n, 3600n],
  ["diskMiB", 1024n, 3600n],
  ["gpu", 1n, 3600n],
  ["cpuSecond", 1n, 3600n],
  ["memoryMiBSecond", 1024n, 3600n],
  ["networkMiB", 1024n, 1n],
] as const

/** An offer's prices in customary units; prices of zero are omitted. */
export function PriceList({ prices, unit }: { prices: PricesView; unit: Unit }) {
  const t = useMessages(messages)
  const rows = ROWS.filter(([name]) => BigInt(prices[name]) > 0n)
  const allowance = Number(prices.networkKiBps)
  return (
    <>
      <dl className={styles.prices}>
        {rows.map(([name, each, seconds]) => (
          <div key={name}>
            <dt>{t.price[name]}</dt>
            <dd>
              <Amount of={amountOver(BigInt(prices[name]) * each, seconds)} unit={unit} />
            </dd>
          </div>
        ))}
      </dl>
      {allowance > 0 && <p className="soft small">{t.allowance(allowance)}</p>}
    </>
  )
}
