import type { Mismatch } from "../../chain/screen.ts"
import { amountOver, formatAmount, HOUR, type Unit } from "../../i18n/format.ts"
import { defineMessages, useMessages } from "../../i18n/language.ts"

const amount = (of: bigint, unit: Unit) => formatAmount(of, unit)
const hourly = (rate: bigint, unit: Unit) => formatAmount(amountOver(rate, HOUR), unit)
const count = (of: number) => of.toLocaleString("en-US")

const messages = defineMessages(
  {
    kinds: ["millicores of CPU", "MiB of memory", "MiB of disk", "GPUs"],
    IntakeStopped: "The arbiters have stopped the market's intake: wait until they reopen it.",
    OfferClosed: "This offer was withdrawn: choose another.",
    NotRegistered: "Its provider is no longer registered: choose another.",
    EmptyShape: "A replica needs at least 0.001 cores and 1 MiB of memory.",
    BadPolicy:
      "The policy is inconsistent: it needs min ≤ max, max ≥ 1, down < target ≤ up ≤ 100 and step ≥ 1.",
    ReplicasOutOfBounds: (replicas: number, min: number, max: number) =>
      `The initial ${replicas} replicas are outside ${min} to ${max}.`,
    RateTooHigh: (rate: string, most: string) =>
      `It may cost up to ${rate} per hour, above the budget of ${most}: raise the budget or lower the replica count.`,
    CapacityExceeded: (kind: string, asked: string, free: string, fewer: string) =>
      `${free} ${kind} are free, but ${asked} are needed: reduce by ${fewer}.`,
    InsufficientFunds: (available: string, required: string, more: string) =>
      `A deposit of ${available} does not cover the notice period's ${required}: deposit ${more} more.`,
    AttributeMissing: (attribute: string) => `Its provider does not have the attribute ${attribute}.`,
  },
  {
    kinds: ["毫核 CPU", "MiB 内存", "MiB 磁盘", "块 GPU"],
    IntakeStopped: "仲裁人已暂停市场接纳：请等待其重新开放。",
    OfferClosed: "此报价已撤回：请选择其他报价。",
    NotRegistered: "其提供方已注销：请选择其他报价。",
    EmptyShape: "每个副本至少需要 0.001 核 CPU 和 1 MiB 内存。",
    BadPolicy: "策略自相矛盾：需满足 最小 ≤ 最大、最大 ≥ 1、下限 < 目标 ≤ 上限 ≤ 100，且步长 ≥ 1。",
    ReplicasOutOfBounds: (replicas: number, min: number, max: number) =>
      `初始 ${replicas} 个副本超出 ${min} 至 ${max} 的范围。`,
    RateTooHigh: (rate: string, most: string) =>
      `每小时最高可达 ${rate}，超出预算 ${most}：请提高预算或减少副本。`,
    CapacityExceeded: (kind: string, asked: string, free: string, fewer: string) =>
      `需要 ${asked} ${kind}，仅剩 ${free}：请减少 ${fewer}。`,
    InsufficientFunds: (available: string, required: string, more: string) =>
      `存款 ${available} 不足以覆盖通知期的 ${required}：请再存入 ${more}。`,
    AttributeMissing: (attribute: string) => `其提供方未声明 ${attribute}。`,
  },
)

function sentence(misfit: Mismatch, unit: Unit, t: (typeof messages)["en"]): string {
  switch (misfit.error) {
    case "ReplicasOutOfBounds":
      return t.ReplicasOutOfBounds(misfit.replicas, misfit.min, misfit.max)
    case "RateTooHigh":
      return t.RateTooHigh(hourly(misfit.rate, unit), hourly(misfit.maxRate, unit))
    case "CapacityExceeded": {
      const { kind, asked, free } = misfit
      return t.CapacityExceeded(t.kinds[kind]!, count(asked), count(free), count(asked - free))
    }
    case "InsufficientFunds": {
      const { available, required } = misfit
      return t.InsufficientFunds(
        amount(available, unit),
        amount(required, unit),
        amount(required - available, unit),
      )
    }
    case "AttributeMissing":
      return t.AttributeMissing(misfit.attribute)
    default:
      return t[misfit.error]
  }
}

/** Why an order and an offer do not match, one sentence each, in the offer's currency. */
export function useMismatchMessage(): (misfit: Mismatch, unit: Unit) => string {
  const t = useMessages(messages)
  return (misfit, unit) => sentence(misfit, unit, t)
}

export function Mismatches({ misfits, unit }: { misfits: readonly Mismatch[]; unit: Unit }) {
  const say = useMismatchMessage()
  return (
    <ul className="small">
      {misfits.map((misfit, index) => (
        <li key={index}>{say(misfit, unit)}</li>
      ))}
    </ul>
  )
}
