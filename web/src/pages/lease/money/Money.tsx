// A lease's money: balance, runway, and the curve over the lease's life.
import { useMemo, useState } from "react"
import { useUnit } from "../../../chain/currency.ts"
import { useChainTime } from "../../../features/chain/useChainTime.ts"
import { Failure } from "../../../features/errors/Failure.tsx"
import { historyOf, useLeaseEvents } from "../../../features/queries/lease.ts"
import { useMarket } from "../../../features/queries/market.ts"
import { amountOver, formatDuration, formatFigure, HOUR, MONTH } from "../../../i18n/format.ts"
import { defineMessages, useMessages } from "../../../i18n/language.ts"
import { Card } from "../../../ui/Card.tsx"
import { Chart } from "../../../ui/Chart.tsx"
import { Choice } from "../../../ui/Field.tsx"
import { Skeleton } from "../../../ui/States.tsx"
import { Amount } from "../../../ui/Values.tsx"
import { Runway, useMoney } from "../Runway.tsx"
import type { TabProps } from "../tabProps.ts"
import { balanceCurve } from "./balanceCurve.ts"
import { Ledger } from "./Ledger.tsx"
import styles from "./Money.module.css"

const messages = defineMessages(
  {
    now: "Now",
    balance: "Balance",
    balanceAbout: "deposited, and neither settled nor returned",
    owed: "May be owed",
    owedAbout: "reserved and not yet settled; grows at the rate",
    free: "Refundable",
    freeAbout: "returned immediately on closing",
    takable: "Withdrawable",
    takableAbout: (notice: string) => `refundable, minus ${notice} of notice`,
    earned: "Earned by the provider",
    earnedAbout: "settled by proofs",
    rate: "Rate",
    month: "per month",
    hour: "per hour",
    runway: "Runway",
    runwayAbout: "until what may be owed reaches the balance",
    deposited: "Total deposited",
    returned: "Total returned",
    curve: "Over its life",
    range: "Shown",
    past: "So far",
    future: "To exhaustion",
    left: "Refundable",
    projected: "projected",
    summary: (free: string, left: string) => `Money over the lease's life: ${free} refundable now; ${left}.`,
    earnedCurve: "Earned",
    earnedSummary: (earned: string) => `The provider's earnings over the lease's life: ${earned} so far.`,
    lasts: (span: string) => `it lasts ${span}`,
    idle: "nothing is reserved",
  },
  {
    now: "当前",
    balance: "余额",
    balanceAbout: "已存入，尚未结算或退还",
    owed: "可能应付",
    owedAbout: "已预留但尚未结算，按费率增长",
    free: "可退还",
    freeAbout: "关闭时会立即退还的金额",
    takable: "可取出",
    takableAbout: (notice: string) => `可退还金额减去 ${notice} 的通知期费用`,
    earned: "提供方已获收入",
    earnedAbout: "依据证明结算",
    rate: "费率",
    month: "每月",
    hour: "每小时",
    runway: "剩余时长",
    runwayAbout: "直到可能应付的金额达到余额",
    deposited: "累计存入",
    returned: "累计退还",
    curve: "租约期间的资金",
    range: "显示",
    past: "至今",
    future: "至耗尽",
    left: "可退还",
    projected: "预测",
    summary: (free: string, left: string) => `租约期间的资金：现在可退还 ${free}；${left}。`,
    earnedCurve: "收入",
    earnedSummary: (earned: string) => `提供方在租约期间的收入：至今 ${earned}。`,
    lasts: (span: string) => `可持续 ${span}`,
    idle: "没有预留",
  },
)

/** Seconds by which the curves advance at least. */
const GRAIN = 5

export default function Money({ lease }: TabProps) {
  const t = useMessages(messages)
  const unit = useUnit(lease.money.currency)
  const market = useMarket()
  const history = useLeaseEvents(lease)
  const clock = useChainTime()
  const money = useMoney(lease)
  const [range, setRange] = useState<"past" | "future">("past")
  const now = Math.floor(clock / GRAIN) * GRAIN
  const notice = Number(market.data?.parameters.noticePeriod ?? 0)
  const window = Number(market.data?.parameters.claimWindow) || undefined
  const runway = money.runway === null ? null : Number(money.runway)
  const life = history.data && historyOf(history.data, lease)
  const ends = range === "future" && runway !== null && runway > 0 ? now + runway : now
  const until = life?.closedAt ?? ends
  const rounded = Math.round(until / GRAIN) * GRAIN
  const curve = useMemo(
    () => (life ? balanceCurve(life, life.closedAt ?? now, rounded, window) : null),
    [life, now, rounded, window],
  )
  const withheld = amountOver(money.rate, BigInt(notice))
  const takable = money.free > withheld ? money.free - withheld : 0n
  const paid = BigInt(lease.money.paid)
  const scale = 10 ** unit.decimals
  const format = (value: number) => `${formatFigure(value / scale)} ${unit.symbol}`
  const lasts = runway === null ? t.idle : t.lasts(formatDuration(runway))

  const tiles = [
    { name: t.balance, about: t.balanceAbout, value: <Amount of={money.balance} unit={unit} /> },
    { name: t.free, about: t.freeAbout, value: <Amount of={money.free} unit={unit} /> },
    {
      name: t.takable,
      about: t.takableAbout(formatDuration(notice)),
      value: <Amount of={lease.status === "closed" ? 0n : takable} unit={unit} />,
    },
    { name: t.owed, about: t.owedAbout, value: <Amount of={money.owed} unit={unit} /> },
    { name: t.earned, about: t.earnedAbout, value: <Amount of={paid} unit={unit} /> },
    { name: t.runway, about: t.runwayAbout, value: <Runway lease={lease} /> },
    {
      name: t.rate,
      about: (
        <>
          <Amount of={amountOver(money.rate, MONTH)} unit={unit} /> {t.month}
        </>
      ),
      value: (
        <>
          <Amount of={amountOver(money.rate, HOUR)} unit={unit} /> {t.hour}
        </>
      ),
    },
    {
      name: t.deposited,
      about: (
        <>
          {t.returned}: <Amount of={lease.money.returned} unit={unit} />
        </>
      ),
      value: <Amount of={lease.money.deposited} unit={unit} />,
    },
  ]

  return (
    <div className="stack">
      <Card title={t.now}>
        <dl className={styles.tiles}>
          {tiles.map(({ name, about, value }) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd className={styles.value}>{value}</dd>
              <dd className="soft small">{about}</dd>
            </div>
          ))}
        </dl>
      </Card>
      <Card
        title={t.curve}
        aside={
          <Choice
            label={<span className="unseen">{t.range}</span>}
            value={range}
            onChange={setRange}
            options={[
              { value: "past", label: t.past },
              { value: "future", label: t.future },
            ]}
          />
        }
      >
        {curve ? (
          <div className="stack">
            <Chart
              summary={t.summary(format(Number(money.free)), lasts)}
              times={curve.times}
              lines={[
                { label: t.left, color: "--series-1", values: curve.free, filled: true, format },
                { label: t.balance, color: "--series-3", values: curve.balance, format },
                { label: t.projected, color: "--series-2", values: curve.projected, dashed: true, format },
              ]}
            />
            <Chart
              summary={t.earnedSummary(format(Number(paid)))}
              times={curve.times}
              height={130}
              lines={[
                { label: t.earnedCurve, color: "--series-4", values: curve.earned, filled: true, format },
              ]}
            />
          </div>
        ) : history.error ? (
          <Failure error={history.error} retry={() => history.refetch()} />
        ) : (
          <Skeleton lines={8} />
        )}
      </Card>
      {life && <Ledger life={life} unit={unit} />}
    </div>
  )
}
