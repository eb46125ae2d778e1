// The lease's progress through the seven stages: the state of each, since when, and details on demand.
import { useState } from "react"
import type { LeaseView, Stage } from "../../api/types.ts"
import { useProofs } from "../../features/queries/market.ts"
import { defineMessages, useMessages } from "../../i18n/language.ts"
import { When } from "../../ui/Values.tsx"
import styles from "./Flow.module.css"

const messages = defineMessages(
  {
    title: "Progress",
    stages: {
      chain: "chain",
      clearing: "clearing",
      container: "container",
      meter: "meter",
      proof: "proof",
      scale: "scale",
      settlement: "settlement",
    },
    about: {
      chain: "The lease is opened on chain.",
      clearing: "Orders are matched with offers and bids.",
      container: "The containers run.",
      meter: "Usage is metered.",
      proof: "Usage is stated under a Merkle root on chain.",
      scale: "The replica count follows proven demand.",
      settlement: "Proofs become earnings.",
    },
    states: { done: "done", working: "working", waiting: "waiting", failed: "failed", unknown: "unknown" },
    unknown: "Only the lease's provider has this data, and it does not answer.",
  },
  {
    title: "进展",
    stages: {
      chain: "链上",
      clearing: "撮合",
      container: "容器",
      meter: "计量",
      proof: "证明",
      scale: "伸缩",
      settlement: "结算",
    },
    about: {
      chain: "租约在链上开启。",
      clearing: "报价与订单成交。",
      container: "已付费的内容正在运行。",
      meter: "统计用量。",
      proof: "用量归入链上的根。",
      scale: "副本数随已证明的需求变化。",
      settlement: "证明转化为收入。",
    },
    states: { done: "完成", working: "进行中", waiting: "等待", failed: "失败", unknown: "未知" },
    unknown: "只有租约的提供方知道，而它没有响应。",
  },
)

const STAGES: Stage[] = ["chain", "clearing", "container", "meter", "proof", "scale", "settlement"]
const MARKS = { done: "✓", working: "●", waiting: "○", failed: "✕", unknown: "–" }

interface Props {
  lease: LeaseView
}

/** When a stage reached its state; what the provider omits follows from the other stages. */
function useTimes(lease: LeaseView): Partial<Record<Stage, number | null>> {
  const newest = useProofs(lease, 1).data?.[0]
  const { openedAt, openedToRunningMs } = lease
  return {
    chain: openedAt,
    container: openedToRunningMs === null ? null : openedAt + Math.round(openedToRunningMs / 1000),
    proof: newest?.postedAt ?? newest?.usage.time ?? null,
  }
}

export function Flow({ lease }: Props) {
  const { timeline, openedAt } = lease
  const times = useTimes(lease)
  const t = useMessages(messages)
  const [open, setOpen] = useState<Stage | null>(null)
  const steps = STAGES.map((stage) => {
    const step = timeline.find((each) => each.stage === stage)
    if (step) return { ...step, at: step.at ?? times[stage] ?? null, state: step.state as keyof typeof MARKS }
    if (stage === "chain") return { stage, state: "done" as const, at: openedAt, detail: "" }
    return { stage, state: "unknown" as const, at: null, detail: t.unknown }
  })
  const shown = steps.find(({ stage }) => stage === open)
  return (
    <section aria-label={t.title} className={styles.flow}>
      <ol className={styles.line}>
        {steps.map(({ stage, state, at, detail }) => (
          <li key={stage} className={styles.step} data-state={state}>
            <button
              type="button"
              className={styles.word}
              aria-expanded={open === stage}
              onClick={() => setOpen(open === stage ? null : stage)}
            >
              <span className={styles.mark} aria-hidden="true">
                {MARKS[state]}
              </span>
              <span className={styles.name}>{t.stages[stage]}</span>
              <span className={styles.state}>{t.states[state]}</span>
              <span className={styles.at}>{at !== null && <When of={at} />}</span>
            </button>
            {open === stage && (
              <p className={styles.inline}>
                {t.about[stage]} {detail}
              </p>
            )}
          </li>
        ))}
      </ol>
      {shown && (
        <p className={styles.detail}>
          <strong>{t.stages[shown.stage]}</strong> · {t.about[shown.stage]} {shown.detail}
        </p>
      )}
    </section>
  )
}
