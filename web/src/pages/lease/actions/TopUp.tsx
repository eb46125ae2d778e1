import { useState } from "react"
import { pay } from "../../../chain/actions/pay.ts"
import { topUpCall } from "../../../chain/actions/topUp.ts"
import { useReasons } from "../../../chain/legal.ts"
import { speak, useWords } from "../../../i18n/language.ts"
import { ETH, formatAmount, over, parseAmount } from "../../../i18n/format.ts"
import { useMoney } from "../Runway.tsx"
import { AmountField } from "./AmountField.tsx"
import type { DialogProps } from "./dialogProps.ts"
import { useEffects } from "./moneyEffects.tsx"
import { Form } from "./ActionForm.tsx"
import { usePerform } from "./useAction.ts"

const words = speak(
  { day: "1 day", week: "1 week", month: "30 days", label: (amount: string) => `Top up ${amount}` },
  { day: "1 天", week: "1 周", month: "30 天", label: (amount: string) => `充值 ${amount}` },
)

const DAY = 86_400n

export function TopUp({ lease, about, title, effect, onClose }: DialogProps) {
  const t = useWords(words)
  const why = useReasons()
  const unit = about.unit ?? ETH
  const money = useMoney(lease)
  const effects = useEffects(unit)
  const { perform, ...doing } = usePerform(about.unit)
  const [text, setText] = useState("")
  const amount = parseAmount(text, unit) ?? 0n
  const { currency } = lease.money
  const label = t.label(formatAmount(amount, unit))

  async function submit() {
    const call = topUpCall({ currency, lease: lease.id, amount })
    if (await perform(label, call, (wallet) => pay(wallet, { currency, amount, call }))) onClose()
  }

  return (
    <Form
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
          { label: t.day, amount: over(money.rate, DAY) },
          { label: t.week, amount: over(money.rate, 7n * DAY) },
          { label: t.month, amount: over(money.rate, 30n * DAY) },
        ]}
      />
    </Form>
  )
}
