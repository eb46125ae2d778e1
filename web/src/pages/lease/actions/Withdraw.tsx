import { useState } from "react"
import { withdraw, withdrawCall } from "../../../chain/actions/withdraw.ts"
import { useReasons } from "../../../chain/legal.ts"
import { ETH, formatAmount, parseAmount } from "../../../i18n/format.ts"
import { defineMessages, useMessages } from "../../../i18n/language.ts"
import { useMoney } from "../Runway.tsx"
import { ActionForm } from "./ActionForm.tsx"
import { AmountField } from "./AmountField.tsx"
import type { DialogProps } from "./dialogProps.ts"
import { useMoneyEffects } from "./moneyEffects.tsx"
import { useAction } from "./useAction.ts"

const messages = defineMessages(
  { half: "Half", most: "Nearly all", label: (amount: string) => `Withdraw ${amount}` },
  { half: "一半", most: "几乎全部", label: (amount: string) => `取出 ${amount}` },
)

export function Withdraw({ lease, about, title, effect, onClose }: DialogProps) {
  const t = useMessages(messages)
  const why = useReasons()
  const unit = about.unit ?? ETH
  const money = useMoney(lease)
  const effects = useMoneyEffects(unit)
  const { perform, ...doing } = useAction(about.unit)
  const [text, setText] = useState("")
  const amount = parseAmount(text, unit) ?? 0n
  const most = about.withdrawable ?? 0n
  const label = t.label(formatAmount(amount, unit))
  // What may be owed grows until the block: withdrawing everything would be refused there.
  const nearly = most > 0n ? (most * 99n) / 100n : 0n

  async function submit() {
    const parameters = { terms: lease.terms, amount }
    const done = await perform(label, withdrawCall(parameters), (wallet) => withdraw(wallet, parameters))
    if (done) onClose()
  }

  return (
    <ActionForm
      title={title}
      about={effect}
      effects={effects(money, { ...money, balance: money.balance - amount })}
      reason={why("withdraw", { ...about, amount })}
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
          { label: t.half, amount: most / 2n },
          { label: t.most, amount: nearly },
        ]}
      />
    </ActionForm>
  )
}
