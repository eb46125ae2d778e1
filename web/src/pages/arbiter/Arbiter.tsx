// Disputes with their evidence and deadlines, and the arbiters' ruling. Public.
import type { Address as AddressType } from "viem"
import type { LeaseSummary } from "../../api/types.ts"
import { isSame, type RuleContext } from "../../chain/legal.ts"
import { useRuleContext } from "../../features/chain/useRuleContext.ts"
import { Loaded } from "../../features/errors/Failure.tsx"
import { Fact, Facts } from "../../features/proposals/CallDetails.tsx"
import { useBinding } from "../../features/queries/account.ts"
import { useLeases } from "../../features/queries/market.ts"
import { defineMessages, useMessages } from "../../i18n/language.ts"
import { Badge } from "../../ui/Badge.tsx"
import { Card } from "../../ui/Card.tsx"
import { Empty, Skeleton } from "../../ui/States.tsx"
import { Address } from "../../ui/Values.tsx"
import styles from "./Arbiter.module.css"
import type { Arbiters } from "./arbiters.ts"
import { DisputeCard } from "./DisputeCard.tsx"
import { EndedDisputes } from "./EndedDisputes.tsx"
import { Intake } from "./Intake.tsx"

const messages = defineMessages(
  {
    title: "Arbiter",
    about:
      "The arbiters rule on what the contract cannot check. A dispute takes a deposit from the tenant, freezes the lease's claims, and has a deadline with a default outcome.",
    arbiters: "The arbiters",
    account: "Account",
    bound: "Acts by",
    of: (m: number, n: number) => `${m} of ${n} approvers`,
    alone: "its own key",
    you: "Your role",
    roles: {
      arbiters: "The arbiters' account",
      approver: "One of its approvers: your ruling becomes a proposal",
      reader: "Observer: only the arbiters rule",
    },
    disputes: "Open disputes",
    none: "No lease is disputed",
    noneAbout:
      "A tenant opens a dispute on its lease's page, with a deposit and the hash of its evidence. It appears here with its deadline.",
  },
  {
    title: "仲裁",
    about: "链上看不到的问题由仲裁人裁决：租户缴纳押金，租约的索取被冻结，到期有默认结果。",
    arbiters: "仲裁人",
    account: "账户",
    bound: "行动方式",
    of: (m: number, n: number) => `${n} 位审批人中的 ${m} 位`,
    alone: "自己的私钥",
    you: "您的身份",
    roles: {
      arbiters: "仲裁人账户",
      approver: "其审批人之一：您的裁决将成为一项提议",
      reader: "旁观者：只有仲裁人可以裁决",
    },
    disputes: "进行中的争议",
    none: "没有租约处于争议中",
    noneAbout: "租户可在其租约页提出争议，附上押金和所出示内容的哈希。争议会连同期限显示在这里。",
  },
)

export function Arbiter() {
  const t = useMessages(messages)
  const here = useRuleContext()
  const leases = useLeases(true)
  return (
    <div className="stack">
      <header className="stack-s">
        <h1>{t.title}</h1>
        <p className="soft">{t.about}</p>
      </header>
      {here ? <Seated here={here} leases={leases} /> : <Skeleton lines={6} />}
    </div>
  )
}

function Seated({ here, leases }: { here: RuleContext; leases: ReturnType<typeof useLeases> }) {
  const t = useMessages(messages)
  const account = here.parameters.arbiters as AddressType
  const binding = useBinding(account)
  const bench: Arbiters = {
    account,
    binding: binding.data ?? null,
    role: isSame(here.me, account)
      ? "arbiters"
      : binding.data?.approvers.some((approver) => isSame(here.me, approver))
        ? "approver"
        : "reader",
  }
  return (
    <>
      <div className={styles.top}>
        <Card title={t.arbiters}>
          <Facts>
            <Fact label={t.account}>
              <Address of={account} you={isSame(here.me, account)} />
            </Fact>
            <Fact label={t.bound}>
              {bench.binding ? t.of(bench.binding.threshold, bench.binding.approvers.length) : t.alone}
            </Fact>
            <Fact label={t.you}>
              <Badge tone={bench.role === "reader" ? "plain" : "info"}>{t.roles[bench.role]}</Badge>
            </Fact>
          </Facts>
        </Card>
        <Intake here={here} bench={bench} />
      </div>
      <section className="stack" aria-labelledby="disputes">
        <h2 id="disputes">{t.disputes}</h2>
        <Loaded query={leases} lines={6}>
          {(all) => <Disputes leases={all} here={here} bench={bench} />}
        </Loaded>
      </section>
      <EndedDisputes />
    </>
  )
}

function Disputes({ leases, here, bench }: { leases: LeaseSummary[]; here: RuleContext; bench: Arbiters }) {
  const t = useMessages(messages)
  const disputed = leases
    .filter(({ disputedUntil }) => disputedUntil !== null)
    .sort((a, b) => a.disputedUntil! - b.disputedUntil!)
  if (disputed.length === 0) {
    return (
      <Card>
        <Empty title={t.none}>{t.noneAbout}</Empty>
      </Card>
    )
  }
  return disputed.map((lease) => <DisputeCard key={lease.id} lease={lease} here={here} bench={bench} />)
}
