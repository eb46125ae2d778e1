import { useState } from "react"
import type { PolicyView } from "../../../api/types.ts"
import { setPolicy, setPolicyCall } from "../../../chain/actions/setPolicy.ts"
import { useReasons } from "../../../chain/legal.ts"
import { amountOver, ETH, HOUR } from "../../../i18n/format.ts"
import { defineMessages, useMessages } from "../../../i18n/language.ts"
import { TextField } from "../../../ui/Field.tsx"
import { Amount } from "../../../ui/Values.tsx"
import { ActionForm } from "./ActionForm.tsx"
import styles from "./Actions.module.css"
import type { DialogProps } from "./dialogProps.ts"
import { useAction } from "./useAction.ts"

const messages = defineMessages(
  {
    fields: {
      minReplicas: "Minimum replicas",
      maxReplicas: "Maximum replicas",
      down: "Remove below, %",
      target: "Target, %",
      up: "Add above, %",
      cooldown: "Cooldown, seconds",
      step: "Largest step",
      headroom: "Headroom",
    },
    whole: "Every field has to be an integer.",
    same: "No changes yet.",
    lowest: "Minimum per hour",
    highest: "Maximum per hour",
    budget: "This replaces the order's budget: you consent to the highest rate that the new policy allows.",
    label: "Change the policy",
  },
  {
    fields: {
      minReplicas: "最少副本",
      maxReplicas: "最多副本",
      down: "缩容阈值，%",
      target: "目标，%",
      up: "扩容阈值，%",
      cooldown: "冷却，秒",
      step: "最大步长",
      headroom: "余量",
    },
    whole: "每个字段都必须是整数。",
    same: "尚未更改任何内容。",
    lowest: "每小时至少",
    highest: "每小时至多",
    budget: "原订单的预算到此为止：您由此同意新策略允许的最高费率。",
    label: "更改策略",
  },
)

/** The limits of the contract's field types. */
const MOST: Record<keyof PolicyView, number> = {
  minReplicas: 16_383,
  maxReplicas: 16_383,
  down: 100,
  target: 100,
  up: 100,
  cooldown: 65_535,
  step: 255,
  headroom: 255,
}

export function ChangePolicy({ lease, about, title, effect, onClose }: DialogProps) {
  const t = useMessages(messages)
  const why = useReasons()
  const unit = about.unit ?? ETH
  const { perform, ...doing } = useAction(about.unit)
  const names = Object.keys(t.fields) as (keyof PolicyView)[]
  const [texts, setTexts] = useState(
    () =>
      Object.fromEntries(names.map((name) => [name, String(lease.policy[name])])) as Record<
        keyof PolicyView,
        string
      >,
  )
  const whole = names.every(
    (name) => /^\d{1,5}$/.test(texts[name].trim()) && Number(texts[name]) <= MOST[name],
  )
  const policy = Object.fromEntries(names.map((name) => [name, Number(texts[name])])) as unknown as PolicyView
  const same = names.every((name) => policy[name] === lease.policy[name])
  const reserved = BigInt(lease.terms.rates.reserved)
  const hour = (replicas: number) => amountOver(reserved * BigInt(replicas), HOUR)
  const reason = whole ? why("setPolicy", { ...about, policy }) : t.whole

  async function submit() {
    const parameters = { terms: lease.terms, policy }
    const done = await perform(t.label, setPolicyCall(parameters), (wallet) => setPolicy(wallet, parameters))
    if (done) onClose()
  }

  return (
    <ActionForm
      title={title}
      about={`${effect} ${t.budget}`}
      effects={
        whole
          ? [
              [t.lowest, <Amount key="least" of={hour(policy.minReplicas)} unit={unit} />],
              [t.highest, <Amount key="most" of={hour(policy.maxReplicas)} unit={unit} />],
            ]
          : []
      }
      reason={same ? t.same : reason}
      label={t.label}
      {...doing}
      onSubmit={submit}
      onClose={onClose}
    >
      <div className={styles.fields}>
        {names.map((name) => (
          <TextField
            key={name}
            label={t.fields[name]}
            type="number"
            inputMode="numeric"
            min={0}
            max={MOST[name]}
            value={texts[name]}
            onChange={(text) => setTexts({ ...texts, [name]: text })}
          />
        ))}
      </div>
    </ActionForm>
  )
}
