// The market's events as sentences.
import type { EventView } from "../api/types.ts"
import { formatAmount, formatBasisPoints, formatDuration, shorten, type Unit } from "../i18n/format.ts"
import { defineMessages } from "../i18n/language.ts"
import { policyOf, toBigInt, usageOf } from "./leaseHistory.ts"

type Sentence = (event: EventView, unit: Unit) => string

/** In English: one replica, two replicas. */
const counted = (count: unknown) => `${count} ${Number(count) === 1 ? "replica" : "replicas"}`
const hex = (value: unknown) => shorten(String(value))
const ETHER: Unit = { symbol: "ETH", decimals: 18 }
const ether = (value: unknown) => formatAmount(toBigInt(value), ETHER)
const money = (value: unknown, unit: Unit) => formatAmount(toBigInt(value), unit)
const clock = (value: unknown) => new Date(Number(value) * 1000).toLocaleString("sv-SE")

const FRAUDS = {
  en: [
    "more than the lease could consume",
    "more than could be consumed between two statements",
    "a counter that decreased",
    "two statements under one root",
    "a utilization that its counters contradict",
  ],
  zh: [
    "超出租约可能的消耗",
    "两份报表之间超出可能的消耗",
    "计数器下降",
    "同一根下的两份报表",
    "利用率与计数器矛盾",
  ],
}

/** Every event that can name a lease; other events are shown by name. */
export const sentences = defineMessages<Record<string, Sentence>>(
  {
    LeaseOpened: ({ args }, unit) =>
      `Opened by ${hex(args.tenant)} at ${hex(args.provider)}, ${Number(args.offer) ? `offer ${args.offer}` : "by a bid"}: ${counted(args.replicas)}, ${money(args.deposit, unit)} deposited`,
    LeaseScaled: ({ args }) => `Scaled to ${counted(args.replicas)}`,
    StepProven: (event) =>
      `The step from ${event.args.from} to ${counted(event.args.to)} is justified by the statement of epoch ${event.args.epoch}: ${formatBasisPoints(usageOf(event.args.usage).utilization)} utilization`,
    StepRefused: ({ args }) =>
      `A step with the statement of epoch ${args.epoch} was refused; the root remains valid`,
    PolicySet: (event) => {
      const { minReplicas, maxReplicas, down, target, up, cooldown, step, headroom } = policyOf(
        event.args.policy,
      )
      return `Policy changed: ${minReplicas} to ${maxReplicas} replicas; down below ${down} %, target ${target} %, up above ${up} %; cooldown ${formatDuration(cooldown)}, step ${step}, headroom ${headroom}`
    },
    NoticeGiven: ({ args }) =>
      `The provider gave notice: it may close the lease from ${clock(args.until)} on`,
    LeaseClosed: ({ args }) => `Closed by ${hex(args.by)}`,
    LeaseMoved: ({ args }, unit) => `Moved to lease ${hex(args.to)} with ${money(args.amount, unit)}`,
    ToppedUp: ({ args }, unit) => `${hex(args.from)} added ${money(args.amount, unit)}`,
    Settled: ({ args }, unit) =>
      `${money(args.amount, unit)} settled with the statement of ${clock(args.time)}`,
    Withdrawn: ({ args }, unit) => `${money(args.amount, unit)} withdrawn by the tenant`,
    Refunded: ({ args }, unit) => `${money(args.amount, unit)} refunded to the tenant`,
    DisputeOpened: ({ args }) =>
      `Disputed by the tenant: payments are frozen; the arbiters may rule until ${clock(args.until)}; evidence ${hex(args.evidence)}`,
    DisputeEnded: ({ args }) =>
      args.ruled === true || args.ruled === "true"
        ? `The arbiters ruled for the ${String(args.forTenant) === "true" ? "tenant" : "provider"}; ${ether(args.slashed)} of the bond was taken`
        : "The dispute ended without a ruling: the provider's proofs are upheld",
    FraudProven: ({ args }) =>
      `${hex(args.reporter)} proved fraud by the provider (${FRAUDS.en[Number(args.kind)] ?? args.kind}); its bond paid ${ether(args.slashed)}`,
    OutageCredited: ({ args }) =>
      `Service credit for the provider's outage since epoch ${args.epoch}: its bond paid ${ether(args.slashed)}`,
    BidAccepted: ({ args }) => `Bid ${hex(args.bid)} on order ${hex(args.order)} was accepted`,
  },
  {
    LeaseOpened: ({ args }, unit) =>
      `${hex(args.tenant)} 在 ${hex(args.provider)} 处开启租约，${Number(args.offer) ? `报价 ${args.offer}` : "通过出价"}：${args.replicas} 个副本，存入 ${money(args.deposit, unit)}`,
    LeaseScaled: ({ args }) => `调整为 ${args.replicas} 个副本`,
    StepProven: (event) =>
      `从 ${event.args.from} 到 ${event.args.to} 个副本的调整由周期 ${event.args.epoch} 的报表证明：利用率 ${formatBasisPoints(usageOf(event.args.usage).utilization)}`,
    StepRefused: ({ args }) => `依据周期 ${args.epoch} 报表的调整被拒绝，根仍然有效`,
    PolicySet: (event) => {
      const { minReplicas, maxReplicas, down, target, up, cooldown, step, headroom } = policyOf(
        event.args.policy,
      )
      return `策略已更改：${minReplicas} 至 ${maxReplicas} 个副本；低于 ${down} % 缩容，目标 ${target} %，高于 ${up} % 扩容；冷却 ${formatDuration(cooldown)}，步长 ${step}，余量 ${headroom}`
    },
    NoticeGiven: ({ args }) => `提供方发出通知：自 ${clock(args.until)} 起可关闭租约`,
    LeaseClosed: ({ args }) => `由 ${hex(args.by)} 关闭`,
    LeaseMoved: ({ args }, unit) => `迁移至租约 ${hex(args.to)}，随带 ${money(args.amount, unit)}`,
    ToppedUp: ({ args }, unit) => `${hex(args.from)} 充值 ${money(args.amount, unit)}`,
    Settled: ({ args }, unit) => `依据 ${clock(args.time)} 的报表结算 ${money(args.amount, unit)}`,
    Withdrawn: ({ args }, unit) => `租户取出 ${money(args.amount, unit)}`,
    Refunded: ({ args }, unit) => `向租户退还 ${money(args.amount, unit)}`,
    DisputeOpened: ({ args }) =>
      `租户发起争议：期间不支付任何款项；仲裁人可在 ${clock(args.until)} 前裁决；证据 ${hex(args.evidence)}`,
    DisputeEnded: ({ args }) =>
      args.ruled === true || args.ruled === "true"
        ? `仲裁人裁定${String(args.forTenant) === "true" ? "租户" : "提供方"}胜；从押金中扣除 ${ether(args.slashed)}`
        : "争议未经裁决而结束：提供方的证明有效",
    FraudProven: ({ args }) =>
      `${hex(args.reporter)} 证明了提供方的欺诈（${FRAUDS.zh[Number(args.kind)] ?? args.kind}）；其押金支付 ${ether(args.slashed)}`,
    OutageCredited: ({ args }) =>
      `因提供方自周期 ${args.epoch} 起中断而获服务补偿：其押金支付 ${ether(args.slashed)}`,
    BidAccepted: ({ args }) => `订单 ${hex(args.order)} 的出价 ${hex(args.bid)} 被接受`,
  },
)
