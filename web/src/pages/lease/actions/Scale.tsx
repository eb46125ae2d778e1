import { useState } from "react"
import { scale, scaleCall } from "../../../chain/actions/scale.ts"
import { useReasons } from "../../../chain/legal.ts"
import { ETH } from "../../../i18n/format.ts"
import { defineMessages, useMessages } from "../../../i18n/language.ts"
import { TextField } from "../../../ui/Field.tsx"
import { useMoney } from "../Runway.tsx"
import { ActionForm } from "./ActionForm.tsx"
import type { DialogProps } from "./dialogProps.ts"
import { useMoneyEffects } from "./moneyEffects.tsx"
import { useAction } from "./useAction.ts"

const messages = defineMessages(
  {
    replicas: "Replicas",
    hint: (min: number, max: number) => `${min} to ${max}, by the policy`,
    whole: "Enter an integer.",
    label: (count: number) => `Scale to ${count} replicas`,
    policy: "The provider may still change the count with proven demand.",
  },
  {
    replicas: "副本数",
    hint: (min: number, max: number) => `按策略为 ${min} 至 ${max}`,
    whole: "请输入整数。",
    label: (count: number) => `调整为 ${count} 个副本`,
    policy: "之后提供方仍可依据已证明的需求调整副本数。",
  },
)

export function Scale({ lease, about, title, effect, onClose }: DialogProps) {
  const t = useMessages(messages)
  const why = useReasons()
  const money = useMoney(lease)
  const effects = useMoneyEffects(about.unit ?? ETH)
  const { perform, ...doing } = useAction(about.unit)
  const { min, max, wanted } = lease.replicas
  const [text, setText] = useState(String(Math.min(max, wanted + 1)))
  const count = /^\d{1,5}$/.test(text.trim()) ? Number(text) : null
  const replicas = count ?? wanted
  const rate = BigInt(lease.terms.rates.reserved) * BigInt(replicas)
  const reason = count === null ? t.whole : why("scale", { ...about, replicas })

  async function submit() {
    const parameters = { terms: lease.terms, replicas }
    const done = await perform(t.label(replicas), scaleCall(parameters), (wallet) =>
      scale(wallet, parameters),
    )
    if (done) onClose()
  }

  return (
    <ActionForm
      title={title}
      about={`${effect} ${t.policy}`}
      effects={effects(money, { ...money, rate })}
      reason={reason}
      label={t.label(replicas)}
      {...doing}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextField
        label={t.replicas}
        hint={t.hint(min, max)}
        type="number"
        inputMode="numeric"
        min={min}
        max={max}
        value={text}
        onChange={setText}
      />
    </ActionForm>
  )
}
