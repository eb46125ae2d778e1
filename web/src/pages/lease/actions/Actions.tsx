// The actions on a lease: what each does, and why it is not allowed now.
import { type ComponentType, useState } from "react"
import type { LeaseView } from "../../../api/types.ts"
import { useReasons } from "../../../chain/legal.ts"
import { defineMessages, useMessages } from "../../../i18n/language.ts"
import { ActionButton } from "../../../ui/Button.tsx"
import { Card } from "../../../ui/Card.tsx"
import { Skeleton } from "../../../ui/States.tsx"
import styles from "./Actions.module.css"
import { ChangePolicy } from "./ChangePolicy.tsx"
import { Close } from "./Close.tsx"
import { Dispute } from "./Dispute.tsx"
import type { DialogProps } from "./dialogProps.ts"
import { EndDispute } from "./EndDispute.tsx"
import { GiveNotice } from "./GiveNotice.tsx"
import { Move } from "./Move.tsx"
import { Refund } from "./Refund.tsx"
import { Scale } from "./Scale.tsx"
import { TopUp } from "./TopUp.tsx"
import { useLeaseCase } from "./useLeaseCase.ts"
import { Withdraw } from "./Withdraw.tsx"

const messages = defineMessages(
  {
    title: "Actions",
    connect: "Connect a wallet to act. You can browse without one.",
    verbs: {
      topUp: ["Top up", "Adds money, which extends the runway. Anyone may."],
      scale: ["Scale", "Sets the replica count within the policy's bounds."],
      setPolicy: ["Change policy", "Changes how capacity may follow demand."],
      withdraw: ["Withdraw", "Withdraws money; what may be owed and the notice period's money remain."],
      moveToOffer: ["Move", "Moves the lease with its money to another provider, in one transaction."],
      close: ["Close", "Ends the lease and returns what is not owed."],
      refund: ["Refund", "Returns to the tenant what a closed lease no longer owes. Anyone may."],
      dispute: ["Dispute", "Freezes the lease's payments until a ruling. Takes a deposit."],
      endDispute: ["End dispute", "Ends a dispute after its deadline. Anyone may."],
      giveNotice: ["Give notice", "The provider announces that it will close the lease."],
    },
  },
  {
    title: "操作",
    connect: "请连接钱包后操作；仅浏览则无需钱包。",
    verbs: {
      topUp: ["充值", "增加资金以延长运行时间，任何人均可操作。"],
      scale: ["调整副本数", "在策略范围内设定副本数。"],
      setPolicy: ["更改策略", "容量可在何种程度、何时随需求变化。"],
      withdraw: ["取出", "取出资金；可能应付的金额和通知期费用保留。"],
      moveToOffer: ["迁移", "在一笔交易中携资金转至另一提供方继续运行。"],
      close: ["关闭", "结束租约并退还未欠付的金额。"],
      refund: ["退款", "将已关闭租约不再欠付的金额退给租户，任何人均可操作。"],
      dispute: ["发起争议", "冻结付款直至仲裁人裁决，需要押金。"],
      endDispute: ["结束争议", "结束未在期限内裁决的争议，任何人均可操作。"],
      giveNotice: ["发出通知", "提供方宣布将关闭该租约。"],
    },
  },
)

type Verb = keyof (typeof messages)["en"]["verbs"]

const DIALOGS: Record<Verb, ComponentType<DialogProps>> = {
  topUp: TopUp,
  scale: Scale,
  setPolicy: ChangePolicy,
  withdraw: Withdraw,
  moveToOffer: Move,
  close: Close,
  refund: Refund,
  dispute: Dispute,
  endDispute: EndDispute,
  giveNotice: GiveNotice,
}

const DANGEROUS = new Set<Verb>(["close", "dispute"])

export function Actions({ lease }: { lease: LeaseView }) {
  const t = useMessages(messages)
  const why = useReasons()
  const about = useLeaseCase(lease)
  const [open, setOpen] = useState<Verb | null>(null)
  const Opened = open && DIALOGS[open]
  return (
    <Card title={t.title}>
      {about && !about.me && <p className="soft small">{t.connect}</p>}
      {about ? (
        <ul className={styles.actions}>
          {(Object.keys(DIALOGS) as Verb[]).map((verb) => (
            <li key={verb} className={styles.action}>
              <span className={styles.effect}>{t.verbs[verb][1]}</span>
              <ActionButton
                kind={verb === "topUp" ? "primary" : DANGEROUS.has(verb) ? "danger" : "plain"}
                reason={about.me ? why(verb, about) : ""}
                onClick={() => setOpen(verb)}
              >
                {t.verbs[verb][0]}
              </ActionButton>
            </li>
          ))}
        </ul>
      ) : (
        <Skeleton lines={8} />
      )}
      {open && Opened && about && (
        <Opened
          lease={lease}
          about={about}
          title={t.verbs[open][0]!}
          effect={t.verbs[open][1]!}
          // A dialog that was left while pending must not close another one when it completes.
          onClose={() => setOpen((now) => (now === open ? null : now))}
        />
      )}
    </Card>
  )
}
