// The lease's containers in the provider's Docker.
import type { ContainerView, LeaseView } from "../../api/types.ts"
import { defineMessages, useMessages } from "../../i18n/language.ts"
import { Badge, type Tone } from "../../ui/Badge.tsx"
import { Card } from "../../ui/Card.tsx"
import { Empty } from "../../ui/States.tsx"
import { Hash } from "../../ui/Values.tsx"

const messages = defineMessages(
  {
    title: "Containers",
    service: "Service",
    replica: "Replica",
    state: "State",
    image: "Image",
    container: "Container",
    none: "No container",
    noneAbout: "The containers in the provider's Docker are listed here. Only that provider has this data.",
    closed: "The lease is closed: its containers have been removed.",
    warm: "warm: created, not started; free of charge",
    states: {
      running: "running",
      warm: "warm",
      exited: "exited",
      created: "created",
      healthy: "healthy",
      unhealthy: "unhealthy",
      starting: "starting",
    } as Record<string, string>,
  },
  {
    title: "容器",
    service: "服务",
    replica: "副本",
    state: "状态",
    image: "镜像",
    container: "容器",
    none: "没有容器",
    noneAbout: "这里按提供方的 Docker 所见列出正在运行的内容。只有该提供方知道。",
    closed: "租约已关闭，容器已移除。",
    warm: "已预先创建但未启动：不产生费用",
    states: {
      running: "运行中",
      warm: "预备",
      exited: "已退出",
      created: "已创建",
      healthy: "健康",
      unhealthy: "不健康",
      starting: "启动中",
    } as Record<string, string>,
  },
)

function toneOf({ state, health }: ContainerView): Tone {
  if (state === "running") return health === "unhealthy" ? "bad" : health === "starting" ? "warn" : "good"
  return state === "warm" || state === "created" ? "plain" : "bad"
}

export function Containers({ lease }: { lease: LeaseView }) {
  const t = useMessages(messages)
  const containers = [...lease.containers].sort(
    (a, b) => a.replica - b.replica || a.service.localeCompare(b.service),
  )
  return (
    <Card title={t.title} flush>
      {containers.length === 0 ? (
        <Empty title={t.none}>{lease.status === "closed" ? t.closed : t.noneAbout}</Empty>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">{t.replica}</th>
              <th scope="col">{t.service}</th>
              <th scope="col">{t.state}</th>
              <th scope="col">{t.image}</th>
              <th scope="col">{t.container}</th>
            </tr>
          </thead>
          <tbody>
            {containers.map((each) => (
              <tr key={each.container}>
                <td>{each.replica}</td>
                <th scope="row">{each.service}</th>
                <td>
                  <span title={each.state === "warm" ? t.warm : undefined}>
                    <Badge tone={toneOf(each)}>
                      {t.states[each.health ?? each.state] ?? each.health ?? each.state}
                    </Badge>
                  </span>
                </td>
                <td>
                  <Hash of={each.image.replace(/^sha256:/, "")} />
                </td>
                <td>
                  <Hash of={each.container} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  )
}
