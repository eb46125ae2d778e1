// Proposals for the user, from the provider and from files, each checked against the chain.
import { useState } from "react"
import { useConnection } from "wagmi"
import { Unreachable } from "../../api/client.ts"
import { useConfig } from "../../api/config.ts"
import { explainError } from "../../chain/errors.ts"
import { isSame } from "../../chain/legal.ts"
import type { CheckedProposal } from "../../chain/proposals.ts"
import { useRuleContext } from "../../features/chain/useRuleContext.ts"
import { Failure } from "../../features/errors/Failure.tsx"
import {
  forgetProposal,
  useCheckedProposals,
  useProposalActions,
  useProposals,
} from "../../features/proposals/proposals.ts"
import { statusOf } from "../../features/proposals/status.ts"
import { useSession } from "../../features/session/useSession.ts"
import { defineMessages, useMessages } from "../../i18n/language.ts"
import { Button } from "../../ui/Button.tsx"
import { Card } from "../../ui/Card.tsx"
import { Empty, Notice, Skeleton } from "../../ui/States.tsx"
import { Tabs } from "../../ui/Tabs.tsx"
import styles from "./Approvals.module.css"
import { History } from "./History.tsx"
import { OpenFile } from "./OpenFile.tsx"
import { ProposalCard } from "./ProposalCard.tsx"
import { SpendingPolicy } from "./SpendingPolicy.tsx"

const messages = defineMessages(
  {
    title: "Approvals",
    about:
      "A bound account needs the consents of m of n approvers for calls beyond its limits. Each consent is for exactly one call.",
    parts: "Approvals",
    tabs: {
      waiting: (count: number) => (count ? `Proposals (${count})` : "Proposals"),
      history: "History",
      policy: "My account's policy",
    },
    mine: "Needs your consent",
    others: "Other proposals",
    past: "Ended",
    none: "No proposals",
    noneAbout:
      "When a bound account's action exceeds its limits, propose it on the page of that action, or with tidemark … --propose. Proposals are shared through the provider or as files.",
    signedOut:
      "Sign in to see the proposals that are shared with you at the provider. Files need no provider.",
    signIn: "Sign in",
    connect:
      "Connect a wallet to see the proposals for you, and to consent. Files can be read without a wallet.",
    policyConnect: "Connect a wallet to see how its account is bound.",
    unread: "This proposal cannot be checked against the chain:",
    down: "The provider does not answer. Only the proposals in this browser are shown.",
  },
  {
    title: "审批",
    about: "受约束的账户在超出限额时，需要 n 位审批人中的 m 位同意。每份同意只针对一次确切的调用。",
    parts: "审批",
    tabs: {
      waiting: (count: number) => (count ? `提议（${count}）` : "提议"),
      history: "历史",
      policy: "我的账户约束",
    },
    mine: "等待您处理",
    others: "进行中",
    past: "已结束",
    none: "没有待处理的提议",
    noneAbout:
      "当受约束账户的操作超出限额时，可从拒绝它的页面提交，或使用 tidemark … --propose。提议通过提供方的信箱或文件传递。",
    signedOut: "登录后可查看提供方信箱中等待您的提议。使用文件则无需提供方。",
    signIn: "登录",
    connect: "连接钱包以查看等待您的提议并表示同意。无需钱包也可阅读文件。",
    policyConnect: "连接钱包以查看其账户的约束方式。",
    unread: "无法在链上核对此提议：",
    down: "信箱没有响应。当前显示此浏览器保存的内容。",
  },
)

const TABS = ["waiting", "history", "policy"] as const
type TabName = (typeof TABS)[number]

export function Approvals() {
  const t = useMessages(messages)
  const { address } = useConnection()
  const { proposals, sharedDigests, shared } = useProposals()
  const checks = useCheckedProposals(proposals)
  const here = useRuleContext()
  const [tab, setTab] = useState<TabName>("waiting")
  const waiting = here
    ? checks.filter(({ checked }) => checked && statusOf(checked, here) === "mine").length
    : 0
  return (
    <div className="stack">
      <header className="stack-s">
        <h1>{t.title}</h1>
        <p className="soft">{t.about}</p>
      </header>
      <Tabs
        label={t.parts}
        value={tab}
        onChange={(next) => setTab(next as TabName)}
        tabs={[
          {
            value: "waiting",
            label: t.tabs.waiting(waiting),
            content: (
              <div className="stack">
                <SignIn />
                {shared.error instanceof Unreachable && <Notice>{t.down}</Notice>}
                <OpenFile />
                <List sharedDigests={sharedDigests} checks={checks} loading={shared.isLoading} />
              </div>
            ),
          },
          { value: "history", label: t.tabs.history, content: <History me={address} /> },
          {
            value: "policy",
            label: t.tabs.policy,
            content: address ? (
              <SpendingPolicy me={address} />
            ) : (
              <Card>
                <Empty title={t.policyConnect} />
              </Card>
            ),
          },
        ]}
      />
    </div>
  )
}

function SignIn() {
  const t = useMessages(messages)
  const { api } = useConfig()
  const { address } = useConnection()
  const { session, isPending, signIn } = useSession(api)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()
  if (!address) return <Notice tone="info">{t.connect}</Notice>
  if (session || isPending) return null
  async function go() {
    setBusy(true)
    setProblem(undefined)
    await signIn().catch((error) => setProblem(explainError(error).sentence))
    setBusy(false)
  }
  return (
    <Notice tone="info">
      <div className="row spread">
        <span>{problem ?? t.signedOut}</span>
        <Button onClick={go} busy={busy}>
          {t.signIn}
        </Button>
      </div>
    </Notice>
  )
}

interface ListProps {
  checks: ReturnType<typeof useCheckedProposals>
  sharedDigests: Set<string>
  loading: boolean
}

function List({ checks, sharedDigests, loading }: ListProps) {
  const t = useMessages(messages)
  const here = useRuleContext()
  const post = useProposalActions()
  if (loading || !here) return <Skeleton lines={5} />
  const failed = checks.filter(({ query, checked }) => query.error && !checked)
  const known = checks.flatMap(({ checked }) => (checked ? [checked] : []))
  const pending = checks.some(({ query, checked }) => query.isPending && !checked)
  const ended = ["taken", "expired", "changed", "free", "anew"]
  const groupOf = (checked: CheckedProposal) => {
    const standing = statusOf(checked, here)
    const own = standing === "ready" && isSame(here.me, checked.action.account)
    if (standing === "mine" || own) return "mine"
    return ended.includes(standing) ? "past" : "others"
  }
  const groups = (["mine", "others", "past"] as const)
    .map((group) => ({ group, list: known.filter((checked) => groupOf(checked) === group) }))
    .filter(({ list }) => list.length > 0)

  function remove({ proposal }: CheckedProposal) {
    forgetProposal(proposal.digest)
    if (sharedDigests.has(proposal.digest.toLowerCase()))
      void post.remove(proposal.digest).catch(() => undefined)
  }
  return (
    <>
      {/* One list, so that a card keeps its state when it moves to another group. */}
      {groups.flatMap(({ group, list }) => [
        <h2 key={group} className={styles.heading}>
          {t[group]}
        </h2>,
        ...list.map((checked) => (
          <ProposalCard
            key={checked.digest}
            checked={checked}
            here={here}
            shared={sharedDigests.has(checked.digest)}
            onRemove={() => remove(checked)}
          />
        )),
      ])}
      {failed.map(({ query: { error, refetch } }, index) => (
        <div key={index} className="stack-s">
          <p>{t.unread}</p>
          <Failure error={error} retry={() => void refetch()} />
        </div>
      ))}
      {pending && <Skeleton lines={5} />}
      {checks.length === 0 && (
        <Card>
          <Empty title={t.none}>{t.noneAbout}</Empty>
        </Card>
      )}
    </>
  )
}
