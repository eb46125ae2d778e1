import type { LeaseSummary, OrderView, ProviderView } from "../../api/types.ts"
import { useUnit } from "../../chain/currency.ts"
import { shareOf } from "../../features/offers/ProviderFacts.tsx"
import { useMessages } from "../../i18n/language.ts"
import styles from "../../ui/Figures.module.css"
import { Amount } from "../../ui/Values.tsx"
import { messages } from "./messages.ts"

interface Props {
  leases: readonly LeaseSummary[] | undefined
  providers: readonly ProviderView[] | undefined
  /** Also undefined when no provider answers: orders are not read from the chain. */
  orders: readonly OrderView[] | undefined
}

/** The market in four figures, computed from the listed data. */
export function MarketSummary({ leases, providers, orders }: Props) {
  const t = useMessages(messages)
  const open = leases?.filter(({ status }) => status !== "closed")
  const registered = providers?.filter((provider) => provider.registered)
  const troubled = registered?.filter(({ exitAt, silence }) => exitAt !== null || silence !== null).length
  const proven = registered?.reduce((sum, { provenEpochs }) => sum + provenEpochs, 0) ?? 0
  const epochs = registered?.reduce((sum, { epochs }) => sum + epochs, 0) ?? 0
  return (
    <section aria-label={t.vitals}>
      <dl className={styles.vitals}>
        <div>
          <dt>{t.leased}</dt>
          <dd>
            {open?.reduce((sum, { replicas }) => sum + replicas.wanted, 0).toLocaleString("en-US") ?? "–"}
          </dd>
          <dd className={styles.beside}>{open ? t.inLeases(open.length) : " "}</dd>
        </div>
        <div>
          <dt>{t.providers}</dt>
          <dd>{registered?.length.toLocaleString("en-US") ?? "–"}</dd>
          <dd className={styles.beside}>{troubled === undefined ? " " : t.answering(troubled)}</dd>
        </div>
        <div>
          <dt>{t.proven}</dt>
          <dd>{epochs > 0 ? shareOf(proven, epochs) : proven > 0 ? proven.toLocaleString("en-US") : "–"}</dd>
          <dd className={styles.beside}>
            {epochs > 0 ? t.provenOf(epochs) : proven > 0 ? t.rootsOnly : registered ? t.noEpochs : " "}
          </dd>
        </div>
        <div>
          <dt>{t.escrow}</dt>
          {open ? <Escrow leases={open} orders={orders ?? []} /> : <dd>–</dd>}
          <dd className={styles.beside}>{t.escrowAbout}</dd>
        </div>
      </dl>
    </section>
  )
}

function Escrow({ leases, orders }: { leases: readonly LeaseSummary[]; orders: readonly OrderView[] }) {
  const sums = new Map<`0x${string}`, bigint>()
  const add = (currency: `0x${string}`, amount: string) =>
    sums.set(currency, (sums.get(currency) ?? 0n) + BigInt(amount))
  for (const { money } of leases) add(money.currency, money.balance)
  for (const { currency, deposit } of orders.filter((order) => order.open)) add(currency, deposit)
  if (sums.size === 0) return <dd>0</dd>
  return [...sums].map(([currency, amount]) => <Held key={currency} currency={currency} amount={amount} />)
}

function Held({ currency, amount }: { currency: `0x${string}`; amount: bigint }) {
  return (
    <dd>
      <Amount of={amount} unit={useUnit(currency)} />
    </dd>
  )
}
