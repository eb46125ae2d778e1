// CPU, memory, network, requests and latency of the lease at one-second resolution.
import { useMemo, useState } from "react"
import type { LeaseView } from "../../../api/types.ts"
import { formatBytes, formatFigure } from "../../../i18n/format.ts"
import { defineMessages, useMessages } from "../../../i18n/language.ts"
import { Badge } from "../../../ui/Badge.tsx"
import { Card } from "../../../ui/Card.tsx"
import { Choice } from "../../../ui/Field.tsx"
import { LiveChart } from "../../../ui/LiveChart.tsx"
import { Notice } from "../../../ui/States.tsx"
import { SignInGate } from "../SignInGate.tsx"
import styles from "./Replicas.module.css"
import { sourceOf, useLiveUsage } from "./useLiveUsage.ts"

const messages = defineMessages(
  {
    title: "Use, live",
    what: "CPU, memory, traffic, requests and latency of the lease, per second.",
    cpu: "CPU (cores)",
    memory: "Memory",
    network: "Network (per second)",
    requests: "Requests (per second)",
    served: "all",
    failed: "failed",
    latency: "Latency, 99th percentile",
    waiting: "Waiting requests",
    span: "Shown",
    spans: { "600": "10 minutes", "3600": "1 hour", "21600": "6 hours", "86400": "24 hours" },
    states: { connecting: "Connecting", live: "Live", stale: "Stale", refused: "Refused" },
    stale: "The stream was interrupted: newer samples are missing. It reconnects automatically.",
  },
  {
    title: "实时用量",
    what: "租约逐秒的 CPU、内存、流量、请求与延迟。",
    cpu: "CPU（核）",
    memory: "内存",
    network: "网络（每秒）",
    requests: "请求（每秒）",
    served: "全部",
    failed: "失败",
    latency: "延迟，第 99 百分位",
    waiting: "等待中的请求",
    span: "显示",
    spans: { "600": "10 分钟", "3600": "1 小时", "21600": "6 小时", "86400": "24 小时" },
    states: { connecting: "连接中", live: "实时", stale: "已过时", refused: "被拒绝" },
    stale: "数据流已中断：图中只显示到中断之时，正在自动重连。",
  },
)

export function Usage({ lease }: { lease: LeaseView }) {
  const t = useMessages(messages)
  return (
    <SignInGate lease={lease} what={t.what}>
      <Strips lease={lease} />
    </SignInGate>
  )
}

type Span = keyof (typeof messages)["en"]["spans"]

function Strips({ lease }: { lease: LeaseView }) {
  const t = useMessages(messages)
  const [span, setSpan] = useState<Span>("600")
  const seconds = Number(span)
  const { series, state, problem } = useLiveUsage(lease, seconds)
  const sources = useMemo(
    () => ({
      cpu: sourceOf(series, ["cpu"]),
      memory: sourceOf(series, ["memoryBytes"]),
      network: sourceOf(series, ["network"]),
      requests: sourceOf(series, ["requests", "failed"]),
      latency: sourceOf(series, ["latency"], 1000),
      waiting: sourceOf(series, ["waiting"]),
    }),
    [series],
  )
  const one = (label: string, color = "--series-1") => [{ label, color }]
  const bytes = (value: number) => formatBytes(Math.round(value))
  const tone = state === "live" ? "good" : state === "connecting" ? "plain" : "warn"
  return (
    <Card
      title={t.title}
      aside={
        <div className="row">
          <span role="status">
            <Badge tone={tone}>{t.states[state]}</Badge>
          </span>
          <Choice
            label={<span className="unseen">{t.span}</span>}
            value={span}
            onChange={setSpan}
            options={Object.entries(t.spans).map(([value, label]) => ({ value: value as Span, label }))}
          />
        </div>
      }
    >
      <div className="stack">
        {problem ? <Notice>{problem}</Notice> : state === "stale" && <Notice>{t.stale}</Notice>}
        <div className={styles.strips} data-stale={state === "stale" || state === "refused"}>
          <LiveChart
            title={t.cpu}
            source={sources.cpu}
            lines={one(t.cpu)}
            format={formatFigure}
            span={seconds}
          />
          <LiveChart
            title={t.memory}
            source={sources.memory}
            lines={one(t.memory, "--series-3")}
            format={bytes}
            span={seconds}
          />
          <LiveChart
            title={t.network}
            source={sources.network}
            lines={one(t.network, "--series-4")}
            format={bytes}
            span={seconds}
          />
          <LiveChart
            title={t.requests}
            source={sources.requests}
            lines={[
              { label: t.served, color: "--series-1" },
              { label: t.failed, color: "--series-2" },
            ]}
            format={formatFigure}
            span={seconds}
          />
          <LiveChart
            title={t.latency}
            source={sources.latency}
            lines={one(t.latency, "--series-2")}
            format={(value) => `${formatFigure(value)} ms`}
            span={seconds}
          />
          <LiveChart
            title={t.waiting}
            source={sources.waiting}
            lines={one(t.waiting, "--series-3")}
            format={formatFigure}
            span={seconds}
          />
        </div>
      </div>
    </Card>
  )
}
