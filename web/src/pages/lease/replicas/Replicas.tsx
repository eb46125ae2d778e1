// Replicas and utilization over time, and an explanation of every step.
import { useMemo } from "react"
import { useChainTime } from "../../../features/chain/useChainTime.ts"
import { Failure } from "../../../features/errors/Failure.tsx"
import { historyOf, useLeaseEvents } from "../../../features/queries/lease.ts"
import { useProofs, useScaling } from "../../../features/queries/market.ts"
import { defineMessages, useMessages } from "../../../i18n/language.ts"
import { Card } from "../../../ui/Card.tsx"
import { Chart } from "../../../ui/Chart.tsx"
import { Notice, Skeleton } from "../../../ui/States.tsx"
import type { TabProps } from "../tabProps.ts"
import { LatestDecision } from "./LatestDecision.tsx"
import { StepList } from "./StepList.tsx"
import { curvesOf, explainSteps } from "./steps.ts"
import { Usage } from "./Usage.tsx"

const messages = defineMessages(
  {
    replicas: "Replicas",
    utilization: "Proven utilization",
    about: "CPU used as a share of the healthy replicas' CPU, per statement, as posted on chain.",
    wish: "wanted by the autoscaler",
    down: "down below",
    target: "target",
    up: "up above",
    replicasSummary: (now: number, steps: number) =>
      `Replicas over time: ${now} now, after ${steps} steps, which are listed below.`,
    utilizationSummary: (last: string, down: number, target: number, up: number) =>
      `Utilization over time: ${last} in the latest statement; thresholds ${down} % and ${up} %, target ${target} %.`,
    unknown: "unknown",
    provider: "The lease's provider does not answer: utilization and the autoscaler's decisions are missing.",
  },
  {
    replicas: "副本",
    utilization: "已证明的利用率",
    about: "健康副本拥有的 CPU 中被使用的比例，按链上公布的每份报表计算。",
    wish: "策略期望",
    down: "低于则缩容",
    target: "目标",
    up: "高于则扩容",
    replicasSummary: (now: number, steps: number) =>
      `副本数随时间变化：现为 ${now} 个，共 ${steps} 次调整，列于下方。`,
    utilizationSummary: (last: string, down: number, target: number, up: number) =>
      `利用率随时间变化：最新报表为 ${last}；阈值 ${down} % 与 ${up} %，目标 ${target} %。`,
    unknown: "未知",
    provider: "租约的提供方没有响应：缺少利用率与策略期望。",
  },
)

const percent = (value: number) => `${Math.round(value * 10) / 10} %`
/** Seconds by which the charts advance at least. */
const GRAIN = 5

export default function Replicas({ lease }: TabProps) {
  const t = useMessages(messages)
  const history = useLeaseEvents(lease)
  const scaling = useScaling(lease, 200)
  const proofs = useProofs(lease, 200)
  const clock = useChainTime()
  const now = Math.floor(clock / GRAIN) * GRAIN
  const rulings = scaling.data?.rulings
  const seen = useMemo(() => {
    if (!history.data) return null
    const life = historyOf(history.data, lease)
    const end = life.closedAt ?? now
    return {
      curves: curvesOf(life, proofs.data ?? [], rulings ?? [], end),
      steps: explainSteps(lease.id, life, rulings ?? []),
    }
  }, [history.data, proofs.data, rulings, now, lease])

  if (!seen) {
    return history.error ? (
      <Failure error={history.error} retry={() => history.refetch()} />
    ) : (
      <Skeleton lines={10} />
    )
  }
  const { curves, steps } = seen
  const { down, target, up } = lease.policy
  const last = proofs.data?.[0]?.usage.utilization
  const moments = steps.map(({ time, from, to }) => ({ time, label: `${from}→${to}` }))
  return (
    <div className="stack">
      {(scaling.isError || proofs.isError) && <Notice>{t.provider}</Notice>}
      <Card title={t.replicas}>
        <Chart
          summary={t.replicasSummary(curves.replicas.at(-1) ?? 0, steps.length)}
          times={curves.times}
          atLeast={lease.policy.maxReplicas}
          height={150}
          moments={moments}
          lines={[
            {
              label: t.replicas,
              color: "--series-1",
              values: curves.replicas,
              stepped: true,
              filled: true,
              format: (value) => (Number.isInteger(value) ? String(value) : ""),
            },
            { label: t.wish, color: "--series-3", values: curves.wish, stepped: true, dashed: true },
          ]}
        />
      </Card>
      <Card title={t.utilization}>
        <p className="soft small">{t.about}</p>
        <Chart
          summary={t.utilizationSummary(
            last === undefined ? t.unknown : percent(last / 100),
            down,
            target,
            up,
          )}
          times={curves.times}
          atLeast={100}
          height={180}
          moments={moments}
          lines={[
            {
              label: t.utilization,
              color: "--series-1",
              values: curves.utilization,
              bridged: true,
              format: percent,
            },
            {
              label: t.up,
              color: "--series-2",
              values: curves.up,
              stepped: true,
              dashed: true,
              format: percent,
            },
            {
              label: t.target,
              color: "--series-4",
              values: curves.target,
              stepped: true,
              dashed: true,
              format: percent,
            },
            {
              label: t.down,
              color: "--series-3",
              values: curves.down,
              stepped: true,
              dashed: true,
              format: percent,
            },
          ]}
        />
      </Card>
      <LatestDecision scaling={scaling.data} />
      <StepList lease={lease} steps={steps} />
      <Usage lease={lease} />
    </div>
  )
}
