// How long the money lasts, counted down between blocks.
import { useEffect, useState } from "react"
import type { LeaseSummary, MoneyView } from "../../api/types.ts"
import { runway } from "../../chain/accrual.ts"
import { useChainTime } from "../../features/chain/useChainTime.ts"
import { amountOver, formatDuration } from "../../i18n/format.ts"
import { defineMessages, useMessages } from "../../i18n/language.ts"
import { Badge } from "../../ui/Badge.tsx"

const messages = defineMessages(
  { none: "nothing is reserved", closed: "closed", out: "exhausted", soon: (span: string) => `${span} left` },
  { none: "没有预留", closed: "已关闭", out: "已耗尽", soon: (span: string) => `剩余 ${span}` },
)

/** Seconds below which the runway is marked as short. */
const SHORT = 3600

/**
 * The money now: what may be owed has grown at the rate since it was read.
 * @returns Base units; `runway` in seconds, null when nothing is reserved.
 */
export function useMoney(lease: LeaseSummary) {
  const now = useChainTime()
  const [read, setRead] = useState({ money: lease.money, at: now })
  const fresh = sameMoney(read.money, lease.money) ? read : { money: lease.money, at: now }
  useEffect(() => {
    if (fresh !== read) setRead(fresh)
  })
  return moneyAt(lease, now - fresh.at)
}

function sameMoney(a: MoneyView, b: MoneyView): boolean {
  return a.balance === b.balance && a.owed === b.owed && a.rate === b.rate
}

/** @param passed Seconds since the money was read. */
export function moneyAt({ money, status }: LeaseSummary, passed: number) {
  const balance = BigInt(money.balance)
  const rate = status === "closed" ? 0n : BigInt(money.rate)
  const accrued = BigInt(money.owed) + amountOver(rate, BigInt(Math.max(0, passed)))
  const owed = accrued < balance ? accrued : balance
  const left = status === "closed" ? null : runway(balance, owed, rate)
  return { balance, rate, owed, free: balance - owed, runway: left }
}

export function Runway({ lease }: { lease: LeaseSummary }) {
  const t = useMessages(messages)
  const { runway } = useMoney(lease)
  if (lease.status === "closed") return <span className="soft">{t.closed}</span>
  if (runway === null) return <span className="soft">{t.none}</span>
  if (runway === 0n) return <Badge tone="bad">{t.out}</Badge>
  const text = t.soon(formatDuration(runway))
  return runway < SHORT ? <Badge tone="warn">{text}</Badge> : <span className="num">{text}</span>
}
