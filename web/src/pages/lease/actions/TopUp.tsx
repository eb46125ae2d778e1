import { useState } from "react"
import { pay } from "../../../chain/actions/pay.ts"
import { topUpCall } from "../../../chain/actions/topUp.ts"
import { useReasons } from "../../../chain/legal.ts"
import { amountOver, ETH, formatAmount, parseAmount } from "../../../i18n/format.ts"
import { defineMessages, useMessages } from "../../../i18n/language.ts"
import { useMoney } from "../Runway.tsx"
import { ActionForm } from "./ActionForm.tsx"
import { AmountField } from "./AmountField.tsx"
import type { DialogProps } from "./dialogProps.ts"
import { useMoneyEffects } from "./moneyEffects.tsx"
import { useAction } from "./useAction.ts"

const messages = defineMessages(
  { day: "1 day", week: "1 week", month: "30 days", label: (amount: string) => `Top up ${amount}` },
  { day: "1 天", week: "1 周", month: "30 天", label: (amount: string) => `充值 ${amount}` },
)

const DAY = 86_400n

export function TopUp({ lease, about, title, effect, onClose }: DialogProps) {
  const t = useMessages(messages)
  const why = useReasons()
  const unit = about.unit ?? ETH
  const money = useMoney(lease)
  const effects = useMoneyEffects(unit)
  const { perform, ...doing } = useAction(about.unit)
  const [text, setText] = useState("")
  const amount = parseAmount(text, unit) ?? 0n
  const { currency } = lease.money
  const label = t.label(formatAmount(amount, unit))

  async function submit() {
    const call = topUpCall({ currency, lease: lease.id, amount })
    if (await perform(label, call, (wallet) => pay(wallet, { currency, amount, call }))) onClose()
  }

  return (
    <ActionForm
      title={title}
      about={effect}
      effects={effects(money, { ...money, balance: money.balance + amount })}
      reason={why("topUp", { ...about, amount })}
      label={label}
      {...doing}
      onSubmit={submit}
      onClose={onClose}
    >
      <AmountField
        unit={unit}
        text={text}
        onText={setText}
        quick={[
          { label: t.day, amount: amountOver(money.rate, DAY) },
          { label: t.week, amount: amountOver(money.rate, 7n * DAY) },
          { label: t.month, amount: amountOver(money.rate, 30n * DAY) },
        ]}
      />
    </ActionForm>
  )
}
