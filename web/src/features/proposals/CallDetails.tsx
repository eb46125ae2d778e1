// A decoded call: what it does, its parameters, and its effect on its account's limits.
import type { ReactNode } from "react"
import { zeroAddress } from "viem"
import type { DecodedCall, Detail, Effect } from "../../chain/decodeCall.ts"
import { amountOver, HOUR, type Unit } from "../../i18n/format.ts"
import { defineMessages, useLanguage, useMessages } from "../../i18n/language.ts"
import { Badge } from "../../ui/Badge.tsx"
import { Address, Amount, Hash, When } from "../../ui/Values.tsx"
import { useLimits } from "../queries/account.ts"
import styles from "./CallDetails.module.css"

const messages = defineMessages(
  {
    effects: (symbol: string) => `Effect on the limits in ${symbol}`,
    limit: "Limit",
    now: "Now",
    after: "After",
    allowed: "Without consent",
    rate: "One lease reserves",
    amount: "One call transfers",
    exposure: "In the market",
    within: "within",
    beyond: "beyond",
    perHour: "/h",
    binding: "This changes who has to consent, and to what. Every earlier consent becomes invalid.",
  },
  {
    effects: (symbol: string) => `对 ${symbol} 限额的影响`,
    limit: "限额",
    now: "当前",
    after: "执行后",
    allowed: "无需同意",
    rate: "单个租约预留",
    amount: "单次调用移动",
    exposure: "在市场中",
    within: "限额内",
    beyond: "超出",
    perHour: "/小时",
    binding: "这将改变谁须同意、对什么须同意。此前给出的所有同意随之失效。",
  },
)

function Rate({ of, unit }: { of: bigint; unit: Unit }) {
  const t = useMessages(messages)
  return (
    <span className="num">
      <Amount of={amountOver(of, HOUR)} unit={unit} />
      {t.perHour}
    </span>
  )
}

function Value({ detail }: { detail: Detail }) {
  const language = useLanguage()
  switch (detail.kind) {
    case "text":
      return detail.text[language]
    case "amount":
      return <Amount of={detail.amount} unit={detail.unit} />
    case "rate":
      return <Rate of={detail.amount} unit={detail.unit} />
    case "address":
      return <Address of={detail.address} />
    case "time":
      return <When of={detail.time} />
    default:
      return <Hash of={detail.hash} />
  }
}

/** Names and values, in two columns where there is room. */
export function Facts({ children }: { children: ReactNode }) {
  return <dl className={styles.facts}>{children}</dl>
}

export function Fact({ label, children }: { label: ReactNode; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  )
}

export function Details({ call }: { call: DecodedCall }) {
  const language = useLanguage()
  if (call.details.length === 0) return null
  return (
    <Facts>
      {call.details.map((detail, index) => (
        <Fact key={index} label={detail.label[language]}>
          <Value detail={detail} />
        </Fact>
      ))}
    </Facts>
  )
}

/** The call's amounts beside what its account may do without consent. */
export function Effects({ call, account }: { call: DecodedCall; account: `0x${string}` }) {
  const t = useMessages(messages)
  if (call.binds) return <p className="small soft">{t.binding}</p>
  return call.effects.map((effect, index) => <EffectTable key={index} effect={effect} account={account} />)
}

function EffectTable({ effect, account }: { effect: Effect; account: `0x${string}` }) {
  const t = useMessages(messages)
  const { data: limits } = useLimits(account, effect.currency ?? zeroAddress)
  const { unit, rate, into, out } = effect
  const moved = into > 0n ? into : out
  const exposed = limits?.exposed ?? 0n
  const after = into > 0n ? exposed + into : exposed > out ? exposed - out : 0n
  const rows = [
    rate > 0n && { name: t.rate, now: null, next: rate, most: limits?.rate, Shown: Rate },
    moved > 0n && { name: t.amount, now: null, next: moved, most: limits?.amount, Shown: Amount },
    moved > 0n && { name: t.exposure, now: exposed, next: after, most: limits?.exposure, Shown: Amount },
  ].filter((row) => row !== false)
  if (rows.length === 0) return null
  return (
    <section className="scroller" aria-label={t.effects(unit.symbol)} tabIndex={0}>
      <table>
        <caption className={styles.caption}>{t.effects(unit.symbol)}</caption>
        <thead>
          <tr>
            <th scope="col">{t.limit}</th>
            <th scope="col" className="right">
              {t.now}
            </th>
            <th scope="col" className="right">
              {t.after}
            </th>
            <th scope="col" className="right">
              {t.allowed}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, now, next, most, Shown }) => {
            const beyond = most !== undefined && next > most && !(name === t.exposure && into === 0n)
            return (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td className="right">{now === null ? "–" : <Shown of={now} unit={unit} />}</td>
                <td className="right">
                  <Shown of={next} unit={unit} />
                </td>
                <td className="right">
                  {most === undefined ? "–" : <Shown of={most} unit={unit} />}{" "}
                  {most !== undefined && (
                    <Badge tone={beyond ? "warn" : "good"}>{beyond ? t.beyond : t.within}</Badge>
                  )}
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </section>
  )
}
