// The autoscaler's latest decision: what it observed, what it wanted, what the contract grants, and what limited it.
import type { ScalingView } from "../../../api/types.ts"
import { formatFigure } from "../../../i18n/format.ts"
import { defineMessages, useMessages } from "../../../i18n/language.ts"
import { Badge, type Tone } from "../../../ui/Badge.tsx"
import { Card } from "../../../ui/Card.tsx"
import { When } from "../../../ui/Values.tsx"
import styles from "./Replicas.module.css"

const messages = defineMessages(
  {
    title: "Autoscaler",
    policy: "Policy",
    saw: "Saw",
    seen: (ready: number, load: string, demand: string) =>
      `${ready} ready, utilization ${load}, demand for ${demand} replicas`,
    wished: "Wished",
    granted: "The contract grants",
    reason: "Its reason",
    bound: "Limited by",
    unknown: "unknown",
    outcomes: { steady: "Steady", held: "Held", proving: "Awaiting a proof", stepping: "Steps" },
    shadow: "Shadow, without effect",
  },
  {
    title: "策略现状",
    policy: "策略",
    saw: "所见",
    seen: (ready: number, load: string, demand: string) =>
      `${ready} 个就绪，利用率 ${load}，需求相当于 ${demand} 个副本`,
    wished: "期望",
    granted: "合约准许",
    reason: "理由",
    bound: "限制因素",
    unknown: "未知",
    outcomes: { steady: "稳定", held: "受限", proving: "等待证明", stepping: "正在调整" },
    shadow: "影子策略（不生效）",
  },
)

const TONES: Record<keyof (typeof messages)["en"]["outcomes"], Tone> = {
  steady: "plain",
  held: "warn",
  proving: "info",
  stepping: "good",
}

export function LatestDecision({ scaling }: { scaling: ScalingView | undefined }) {
  const t = useMessages(messages)
  const newest = scaling?.newest
  if (!newest) return null
  const { seen } = newest
  const load = seen.utilization === null ? t.unknown : `${formatFigure(seen.utilization * 100)} %`
  const demand = seen.demand === null ? t.unknown : formatFigure(seen.demand)
  return (
    <Card
      title={t.title}
      aside={
        <span className="row small soft">
          <Badge tone={TONES[newest.outcome]}>{t.outcomes[newest.outcome]}</Badge>
          <When of={Math.floor(newest.atMs / 1000)} />
        </span>
      }
    >
      <dl className={styles.pairs}>
        <dt>{t.policy}</dt>
        <dd>{scaling.policy}</dd>
        <dt>{t.saw}</dt>
        <dd>{t.seen(seen.ready, load, demand)}</dd>
        <dt>{t.wished}</dt>
        <dd className="num">
          {newest.present} → {newest.wish}
        </dd>
        <dt>{t.granted}</dt>
        <dd className="num">{newest.granted}</dd>
        <dt>{t.reason}</dt>
        <dd>{newest.reason}</dd>
        {newest.bound && (
          <>
            <dt>{t.bound}</dt>
            <dd>{newest.bound}</dd>
          </>
        )}
        {scaling.shadow && (
          <>
            <dt>{t.shadow}</dt>
            <dd>{scaling.shadow}</dd>
          </>
        )}
      </dl>
    </Card>
  )
}
