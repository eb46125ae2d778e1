// The form fields of the limits in one currency: an hourly rate and two amounts.
import { useEffect } from "react"
import type { Address } from "viem"
import { useUnit } from "../../chain/currency.ts"
import type { Limit } from "../../chain/terms.ts"
import { amountOver, formatExact, HOUR, parseAmount, rateOf, type Unit } from "../../i18n/format.ts"
import { defineMessages, useMessages } from "../../i18n/language.ts"
import { Button } from "../../ui/Button.tsx"
import { TextField } from "../../ui/Field.tsx"
import styles from "./Approvals.module.css"

const messages = defineMessages(
  {
    rate: (symbol: string) => `A lease may reserve, ${symbol}/h`,
    amount: (symbol: string) => `A call may transfer, ${symbol}`,
    exposure: (symbol: string) => `In the market, ${symbol}`,
    bad: "This is not an amount.",
    high: "This exceeds the market's maximum.",
    remove: (symbol: string) => `Remove ${symbol}`,
  },
  {
    rate: (symbol: string) => `单个租约可预留，${symbol}/小时`,
    amount: (symbol: string) => `单次调用可转移，${symbol}`,
    exposure: (symbol: string) => `在市场中，${symbol}`,
    bad: "这不是有效金额。",
    high: "超出市场可计数的范围。",
    remove: (symbol: string) => `移除 ${symbol}`,
  },
)

/** As typed, or as in force. */
export interface LimitText {
  currency: Address
  rate: string
  amount: string
  exposure: string
  /** The limit in force: shown until the user types. */
  kept?: Limit
}

export function textOf(limit: Limit): LimitText {
  return { currency: limit.currency, rate: "", amount: "", exposure: "", kept: limit }
}

const plain = (amount: bigint, unit: Unit) => formatExact(amount, unit).split(" ")[0]!

/** Null while a field is not a valid amount. */
export function limitOf({ currency, rate, amount, exposure }: LimitText, unit: Unit): Limit | null {
  const [hourly, most, exposed] = [rate, amount, exposure].map((text) => parseAmount(text, unit))
  if (hourly == null || most == null || exposed == null) return null
  const limit = { currency, rate: rateOf(hourly, HOUR), amount: most, exposure: exposed }
  return limit.rate < 2n ** 104n && most < 2n ** 104n && exposed < 2n ** 112n ? limit : null
}

interface Props {
  limit: LimitText
  onChange: (limit: LimitText) => void
  onParsed: (currency: Address, limit: Limit | null) => void
  onRemove: () => void
}

export function LimitFields({ limit, onChange, onParsed, onRemove }: Props) {
  const t = useMessages(messages)
  const unit = useUnit(limit.currency)
  const { kept } = limit
  // A token's unit is loaded after the limits in it.
  const shown = kept
    ? {
        currency: limit.currency,
        rate: plain(amountOver(kept.rate, HOUR), unit),
        amount: plain(kept.amount, unit),
        exposure: plain(kept.exposure, unit),
      }
    : limit
  // An unchanged rate is kept exactly: converted per hour it may have lost a fraction.
  const parsed = kept ?? limitOf(shown, unit)
  const key = parsed ? `${parsed.rate} ${parsed.amount} ${parsed.exposure}` : ""
  useEffect(() => onParsed(limit.currency, parsed), [key, limit.currency])

  function field(name: "rate" | "amount" | "exposure") {
    const text = shown[name]
    const amount = parseAmount(text, unit)
    const high = amount !== null && amount >= 2n ** 104n
    return (
      <TextField
        label={t[name](unit.symbol)}
        inputMode="decimal"
        autoComplete="off"
        value={text}
        onChange={(typed) => onChange({ ...shown, [name]: typed })}
        problem={text && amount === null ? t.bad : high ? t.high : null}
      />
    )
  }
  return (
    <div className={styles.limit}>
      {field("rate")}
      {field("amount")}
      {field("exposure")}
      <Button kind="quiet" onClick={onRemove}>
        {t.remove(unit.symbol)}
      </Button>
    </div>
  )
}
