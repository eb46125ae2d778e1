// Every change of the replica count, as a list.
import { Link } from "@tanstack/react-router"
import type { LeaseView } from "../../../api/types.ts"
import { formatBasisPoints, formatFigure } from "../../../i18n/format.ts"
import { defineMessages, useMessages } from "../../../i18n/language.ts"
import { Badge } from "../../../ui/Badge.tsx"
import { Card } from "../../../ui/Card.tsx"
import { Empty } from "../../../ui/States.tsx"
import { Hash, Tx, When } from "../../../ui/Values.tsx"
import styles from "./Replicas.module.css"
import type { Explained } from "./steps.ts"

const messages = defineMessages(
  {
    title: "Steps",
    none: "No step yet",
    noneAbout:
      "Each change of the replica count is listed here with its justification: the tenant's transaction, or a statement under a root on chain.",
    move: (from: number, to: number) => `From ${from} to ${to} ${to === 1 ? "replica" : "replicas"}`,
    tenant: "The tenant set it, within the policy's bounds.",
    provider: "by proof",
    byTenant: "by the tenant",
    proof: (epoch: number, load: string) => `The statement of epoch ${epoch} proves ${load} utilization`,
    above: (up: number) => `, above the threshold of ${up} % for adding replicas. `,
    below: (down: number) => `, below the threshold of ${down} % for removing replicas. `,
    wake: ": from zero, the policy's headroom lets the provider start it.",
    most: (from: number, load: string, target: number, wanted: number, headroom: number) =>
      `The contract grants at most ⌈${from} × ${load} / ${target} %⌉ = ${wanted}, and ${headroom} of headroom beyond.`,
    fewest: (from: number, load: string, target: number, wanted: number) =>
      `The contract grants no fewer than ⌈${from} × ${load} / ${target} %⌉ = ${wanted}.`,
    saw: (policy: string, ready: number, load: string, demand: string) =>
      `The autoscaler ${policy} observed ${ready} ready, utilization ${load}, demand for ${demand} replicas`,
    wished: (wish: number, reason: string) => `and wanted ${wish}: ${reason}.`,
    bound: (bound: string) => `Limited by: ${bound}.`,
    forgotten: "The provider no longer has the autoscaler's decision.",
    leaf: "Leaf",
    open: "Open its proof",
    unknown: "unknown",
  },
  {
    title: "调整记录",
    none: "尚无调整",
    noneAbout: "每次副本数变化及其依据都列在这里：租户的指令，或链上根之下的报表。",
    move: (from: number, to: number) => `从 ${from} 到 ${to} 个副本`,
    tenant: "由租户在策略范围内设定。",
    provider: "依据证明",
    byTenant: "由租户",
    proof: (epoch: number, load: string) => `周期 ${epoch} 的报表证明利用率为 ${load}`,
    above: (up: number) => `，高于策略扩容阈值 ${up} %。`,
    below: (down: number) => `，低于策略缩容阈值 ${down} %。`,
    wake: "：从零开始，策略的余量允许提供方唤醒。",
    most: (from: number, load: string, target: number, wanted: number, headroom: number) =>
      `合约最多准许 ⌈${from} × ${load} / ${target} %⌉ = ${wanted} 个，另加余量 ${headroom} 个。`,
    fewest: (from: number, load: string, target: number, wanted: number) =>
      `合约准许不少于 ⌈${from} × ${load} / ${target} %⌉ = ${wanted} 个。`,
    saw: (policy: string, ready: number, load: string, demand: string) =>
      `策略 ${policy} 所见：${ready} 个就绪，利用率 ${load}，需求相当于 ${demand} 个副本`,
    wished: (wish: number, reason: string) => `，期望 ${wish} 个：${reason}。`,
    bound: (bound: string) => `限制因素：${bound}。`,
    forgotten: "策略当时所见，其提供方已不再提供。",
    leaf: "叶",
    open: "查看证明",
    unknown: "未知",
  },
)

/** `Elasticity.wanted`: ⌈replicas × utilization / target⌉. */
export function wanted(replicas: number, utilization: number, target: number): number {
  return Math.ceil((replicas * Math.min(utilization, 10_000)) / (target * 100))
}

export function StepList({ lease, steps }: { lease: LeaseView; steps: Explained[] }) {
  const t = useMessages(messages)
  return (
    <Card title={t.title}>
      {steps.length === 0 ? (
        <Empty title={t.none}>{t.noneAbout}</Empty>
      ) : (
        <ol className={styles.steps}>
          {steps.map((step) => (
            <Step key={`${step.tx}${step.to}`} lease={lease} step={step} />
          ))}
        </ol>
      )}
    </Card>
  )
}

function Step({ lease, step }: { lease: LeaseView; step: Explained }) {
  const t = useMessages(messages)
  const { from, to, time, tx, proven, leaf, policy, ruling } = step
  const load = proven?.usage.utilization ?? 0
  const granted = [
    from,
    formatBasisPoints(Math.min(10_000, load)),
    policy.target,
    wanted(from, load, policy.target),
    policy.headroom,
  ] as const
  return (
    <li className={styles.step}>
      <div className="row spread">
        <strong>
          <span aria-hidden="true">{to > from ? "↑ " : "↓ "}</span>
          {t.move(from, to)}
        </strong>
        <span className="row small soft">
          <Badge tone={proven ? "info" : "plain"}>{proven ? t.provider : t.byTenant}</Badge>
          <When of={time} />
          <Tx of={tx} />
        </span>
      </div>
      {!proven && <p className="small">{t.tenant}</p>}
      {proven && (
        <>
          <p className="small">
            {t.proof(proven.epoch, formatBasisPoints(proven.usage.utilization))}
            {from === 0 ? t.wake : to > from ? t.above(policy.up) : t.below(policy.down)}
            {from > 0 && (to > from ? t.most : t.fewest)(...granted)}
          </p>
          <p className="small soft">
            {ruling
              ? `${t.saw(
                  ruling.policy,
                  ruling.seen.ready,
                  ruling.seen.utilization === null
                    ? t.unknown
                    : `${formatFigure(ruling.seen.utilization * 100)} %`,
                  ruling.seen.demand === null ? t.unknown : formatFigure(ruling.seen.demand),
                )} ${t.wished(ruling.wish, ruling.reason)} ${ruling.bound ? t.bound(ruling.bound) : ""}`
              : t.forgotten}
          </p>
          <p className="row small">
            <span className="soft">{t.leaf}</span>
            {leaf && <Hash of={leaf} />}
            <Link
              to="/leases/$lease"
              params={{ lease: lease.id }}
              search={{ tab: "proofs", epoch: proven.epoch }}
              resetScroll={false}
            >
              {t.open}
            </Link>
          </p>
        </>
      )}
    </li>
  )
}
