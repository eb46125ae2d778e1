// The lease's terms, containers and available actions.
import { useUnit } from "../../chain/currency.ts"
import { amountOver, formatDuration, HOUR } from "../../i18n/format.ts"
import { defineMessages, useMessages } from "../../i18n/language.ts"
import { Card } from "../../ui/Card.tsx"
import { Amount, Hash } from "../../ui/Values.tsx"
import { Actions } from "./actions/Actions.tsx"
import { Containers } from "./Containers.tsx"
import styles from "./Lease.module.css"
import type { TabProps } from "./tabProps.ts"

const messages = defineMessages(
  {
    terms: "Terms",
    policy: "Policy",
    bounds: "Replicas",
    range: (min: number, max: number) => `${min} to ${max}`,
    thresholds: "Thresholds",
    threshold: (down: number, target: number, up: number) =>
      `down below ${down} %, target ${target} %, up above ${up} %`,
    cooldown: "Cooldown",
    step: "Largest step",
    headroom: "Headroom",
    reserved: "Most a replica costs",
    presence: "A healthy replica",
    cpu: "CPU used",
    memory: "Memory used",
    network: "Traffic",
    hour: "per hour",
    cpuHour: "a CPU-hour",
    gibHour: "a GiB-hour",
    gib: "a GiB",
    manifest: "Manifest",
    missing: "the provider has not received it",
    offer: "Offer",
    bid: "by a bid",
    first: "From opened to running",
  },
  {
    terms: "条款",
    policy: "策略",
    bounds: "副本数",
    range: (min: number, max: number) => `${min} 至 ${max}`,
    thresholds: "阈值",
    threshold: (down: number, target: number, up: number) =>
      `低于 ${down} % 缩容，目标 ${target} %，高于 ${up} % 扩容`,
    cooldown: "冷却时间",
    step: "最大步长",
    headroom: "余量",
    reserved: "单个副本的最高费用",
    presence: "健康副本",
    cpu: "CPU 用量",
    memory: "内存用量",
    network: "流量",
    hour: "每小时",
    cpuHour: "每 CPU 小时",
    gibHour: "每 GiB 小时",
    gib: "每 GiB",
    manifest: "清单",
    missing: "提供方尚未收到",
    offer: "报价",
    bid: "通过出价",
    first: "从开启到运行",
  },
)

export default function Overview({ lease }: TabProps) {
  const t = useMessages(messages)
  const unit = useUnit(lease.money.currency)
  const { policy, terms } = lease
  const { rates } = terms
  const prices = [
    [t.reserved, amountOver(BigInt(rates.reserved), HOUR), t.hour],
    [t.presence, amountOver(BigInt(rates.replicaSecond), HOUR), t.hour],
    [t.cpu, amountOver(BigInt(rates.cpuSecond), HOUR), t.cpuHour],
    [t.memory, amountOver(BigInt(rates.memoryMiBSecond), HOUR * 1024n), t.gibHour],
    [t.network, amountOver(BigInt(rates.networkMiB), 1024n), t.gib],
  ] as const
  return (
    <div className="stack">
      <Containers lease={lease} />
      <Actions lease={lease} />
      <Card title={t.policy}>
        <dl className={styles.facts}>
          <div>
            <dt>{t.bounds}</dt>
            <dd>{t.range(policy.minReplicas, policy.maxReplicas)}</dd>
          </div>
          <div>
            <dt>{t.thresholds}</dt>
            <dd>{t.threshold(policy.down, policy.target, policy.up)}</dd>
          </div>
          <div>
            <dt>{t.cooldown}</dt>
            <dd>{formatDuration(policy.cooldown)}</dd>
          </div>
          <div>
            <dt>{t.step}</dt>
            <dd>{policy.step}</dd>
          </div>
          <div>
            <dt>{t.headroom}</dt>
            <dd>{policy.headroom}</dd>
          </div>
        </dl>
      </Card>
      <Card title={t.terms}>
        <dl className={styles.facts}>
          {prices
            .filter(([, amount]) => amount > 0n)
            .map(([name, amount, per]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>
                  <Amount of={amount} unit={unit} /> {per}
                </dd>
              </div>
            ))}
          <div>
            <dt>{t.offer}</dt>
            <dd>{lease.offer || t.bid}</dd>
          </div>
          <div>
            <dt>{t.manifest}</dt>
            <dd>
              <Hash of={lease.manifest.hash} />
              {!lease.manifest.received && <span className="soft small"> {t.missing}</span>}
            </dd>
          </div>
          {lease.openedToRunningMs !== null && (
            <div>
              <dt>{t.first}</dt>
              <dd>{(lease.openedToRunningMs / 1000).toFixed(1)} s</dd>
            </div>
          )}
        </dl>
      </Card>
    </div>
  )
}
