// The logs of the lease's containers.
import { useState } from "react"
import { defineMessages, useMessages } from "../../../i18n/language.ts"
import { Badge } from "../../../ui/Badge.tsx"
import { Card } from "../../../ui/Card.tsx"
import { Choice } from "../../../ui/Field.tsx"
import { Notice } from "../../../ui/States.tsx"
import { SignInGate } from "../SignInGate.tsx"
import type { TabProps } from "../tabProps.ts"
import styles from "./Logs.module.css"
import { LogView } from "./LogView.tsx"
import { useLogs } from "./useLogs.ts"

const messages = defineMessages(
  {
    title: "Logs",
    what: "The live logs of the lease's containers.",
    service: "Service",
    replica: "Replica",
    all: "All",
    tail: "Past lines",
    states: { connecting: "Connecting", live: "Live", stale: "Stale", refused: "Refused" },
    stale: "The stream was interrupted: newer lines are missing. It reconnects automatically.",
  },
  {
    title: "日志",
    what: "租约的容器输出，实时显示。",
    service: "服务",
    replica: "副本",
    all: "全部",
    tail: "历史行数",
    states: { connecting: "连接中", live: "实时", stale: "已过时", refused: "被拒绝" },
    stale: "数据流已中断：缺少之后的日志，正在自动重连。",
  },
)

export default function Logs({ lease }: TabProps) {
  const t = useMessages(messages)
  return (
    <SignInGate lease={lease} what={t.what}>
      <Following lease={lease} />
    </SignInGate>
  )
}

const TAILS = ["1000", "10000", "100000"] as const

function Following({ lease }: TabProps) {
  const t = useMessages(messages)
  const [service, setService] = useState("")
  const [replica, setReplica] = useState("")
  const [tail, setTail] = useState<(typeof TAILS)[number]>("10000")
  const { buffer, state, problem } = useLogs(lease, { service, replica, tail: Number(tail) })
  const services = [...new Set(lease.containers.map((each) => each.service))].sort()
  const replicas = [...new Set(lease.containers.map((each) => each.replica))].sort((a, b) => a - b)
  const all = { value: "", label: t.all }
  const tone = state === "live" ? "good" : state === "connecting" ? "plain" : "warn"
  return (
    <Card
      title={t.title}
      aside={
        <span role="status">
          <Badge tone={tone}>{t.states[state]}</Badge>
        </span>
      }
    >
      <div className="stack-s">
        <div className={styles.filters}>
          <Choice
            label={t.service}
            value={service}
            onChange={setService}
            options={[all, ...services.map((value) => ({ value, label: value }))]}
          />
          <Choice
            label={t.replica}
            value={replica}
            onChange={setReplica}
            options={[all, ...replicas.map((each) => ({ value: String(each), label: String(each) }))]}
          />
          <Choice
            label={t.tail}
            value={tail}
            onChange={setTail}
            options={TAILS.map((value) => ({ value, label: Number(value).toLocaleString("en-US") }))}
          />
        </div>
        {problem ? <Notice>{problem}</Notice> : state === "stale" && <Notice>{t.stale}</Notice>}
        <LogView key={`${service}/${replica}/${tail}`} buffer={buffer} name={lease.id.slice(2, 10)} />
      </div>
    </Card>
  )
}
