// The effect of an action on rate, balance and runway, shared by all dialogs.
import type { ReactNode } from "react"
import { runway } from "../../../chain/accrual.ts"
import { amountOver, formatDuration, HOUR, MONTH, type Unit } from "../../../i18n/format.ts"
import { defineMessages, useMessages } from "../../../i18n/language.ts"
import { Amount } from "../../../ui/Values.tsx"
import type { Effect } from "./ActionForm.tsx"

export const messages = defineMessages(
  {
    rate: "Rate per hour",
    month: "Rate per month",
    balance: "Balance",
    runway: "Runway",
    forever: "nothing is reserved",
    now: "now",
  },
  {
    rate: "费率（每小时）",
    month: "费率（每月）",
    balance: "余额",
    runway: "剩余时长",
    forever: "没有预留",
    now: "现",
  },
)

export interface MoneyState {
  balance: bigint
  owed: bigint
  rate: bigint
}

/** One row per quantity; a changed one also shows its previous value. */
export function useMoneyEffects(unit: Unit): (before: MoneyState, after: MoneyState) => Effect[] {
  const t = useMessages(messages)
  const span = ({ balance, owed, rate }: MoneyState) => {
    const left = runway(balance, owed, rate)
    return left === null ? t.forever : formatDuration(left)
  }
  const row = (name: ReactNode, before: ReactNode, after: ReactNode, changed: boolean): Effect => [
    name,
    changed ? (
      <>
        <span className="soft">{before} → </span>
        {after}
      </>
    ) : (
      after
    ),
  ]
  const money = (of: bigint) => <Amount of={of} unit={unit} />
  return (before, after) => {
    const rates = before.rate !== after.rate
    const rows = [
      row(t.rate, money(amountOver(before.rate, HOUR)), money(amountOver(after.rate, HOUR)), rates),
      row(t.balance, money(before.balance), money(after.balance), before.balance !== after.balance),
      row(t.runway, span(before), span(after), span(before) !== span(after)),
    ]
    if (rates) rows.splice(1, 0, row(t.month, "", money(amountOver(after.rate, MONTH)), false))
    return rows
  }
}
