// Guards private data: without a session at the lease's provider it shows what the data is, why it is private, and how
// to sign in.
import type { ReactNode } from "react"
import { useState } from "react"
import { useConnection } from "wagmi"
import type { LeaseView } from "../../api/types.ts"
import { explainError } from "../../chain/errors.ts"
import { useLeaseSession } from "../../features/queries/lease.ts"
import { defineMessages, useMessages } from "../../i18n/language.ts"
import { Button } from "../../ui/Button.tsx"
import { Notice, Skeleton } from "../../ui/States.tsx"
import { Address } from "../../ui/Values.tsx"
import styles from "./SignInGate.module.css"

const messages = defineMessages(
  {
    title: "This is private",
    why: "Only the lease's tenant, and holders of the tenant's grants, have access. Every access is logged for the tenant.",
    how: "Sign in at the provider with your wallet: one signature, no transaction, no cost. The session lasts for a while.",
    connect: "Connect a wallet first: the button is at the top of the page.",
    signIn: "Sign in",
    away: "The lease's provider is unknown or does not answer. Only it has this data.",
    tenant: "Tenant",
  },
  {
    title: "这里是私密内容",
    why: "只有租约的租户以及租户授权的人可以查看租约内部。每次查看都会为租户记录在案。",
    how: "请用钱包在提供方登录：只需一次签名，无交易，无费用，有效一段时间。",
    connect: "请先连接钱包：按钮位于页面顶部。",
    signIn: "登录",
    away: "租约的提供方未知或没有响应。只有它能展示这些内容。",
    tenant: "租户",
  },
)

interface Props {
  lease: LeaseView
  /** What the data is, as a sentence. */
  what: string
  children: ReactNode
}

export function SignInGate({ lease, what, children }: Props) {
  const t = useMessages(messages)
  const { base, session, isPending, signIn } = useLeaseSession(lease)
  const { address } = useConnection()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)

  async function enter() {
    setBusy(true)
    setProblem(null)
    try {
      await signIn()
    } catch (error) {
      setProblem(explainError(error).sentence)
    } finally {
      setBusy(false)
    }
  }

  if (session) return <>{children}</>
  if (isPending) return <Skeleton lines={4} />
  return (
    <div className={styles.door}>
      <h2>{t.title}</h2>
      <p>{what}</p>
      <p className="soft small">{t.why}</p>
      <p className="soft small">
        {t.tenant} <Address of={lease.tenant} />
      </p>
      {base === null ? (
        <Notice>{t.away}</Notice>
      ) : address ? (
        <>
          <p className="soft small">{t.how}</p>
          <Button kind="primary" onClick={enter} busy={busy}>
            {t.signIn}
          </Button>
        </>
      ) : (
        <p className="small">{t.connect}</p>
      )}
      {problem && <Notice tone="bad">{problem}</Notice>}
    </div>
  )
}
