// One proposal: what it does, who has consented, and what the user may do about it.
import { useState } from "react"
import { zeroAddress } from "viem"
import { approved, approvedCall } from "../../chain/actions/approved.ts"
import { consent } from "../../chain/actions/consent.ts"
import { pay } from "../../chain/actions/pay.ts"
import { revoke } from "../../chain/actions/revoke.ts"
import { signAction } from "../../chain/actions/signAction.ts"
import { explainError, loadErrorMessages } from "../../chain/errors.ts"
import { isSame, type RuleContext, useReasons } from "../../chain/legal.ts"
import { approvedArguments, type CheckedProposal, mergeConsents } from "../../chain/proposals.ts"
import { Countdown } from "../../features/chain/Countdown.tsx"
import { Details, Effects, Fact, Facts } from "../../features/proposals/CallDetails.tsx"
import { storeProposal, useProposalActions } from "../../features/proposals/proposals.ts"
import { save } from "../../features/proposals/saveFile.ts"
import { caseOf, type ProposalStatus, statusOf } from "../../features/proposals/status.ts"
import { useWallet } from "../../features/wallet/useWallet.ts"
import { defineMessages, useLanguage, useMessages } from "../../i18n/language.ts"
import { TransactionFailed, useTransact } from "../../transactions/useTransact.ts"
import { Badge, type Tone } from "../../ui/Badge.tsx"
import { ActionButton, Button } from "../../ui/Button.tsx"
import { Card } from "../../ui/Card.tsx"
import { Dialog } from "../../ui/Dialog.tsx"
import { Notice } from "../../ui/States.tsx"
import { Address, Hash, Tx } from "../../ui/Values.tsx"
import styles from "./Approvals.module.css"

const messages = defineMessages(
  {
    standings: {
      changed: "Modified",
      taken: "Taken",
      free: "Account not bound",
      anew: "Binding changed",
      expired: "Expired",
      ready: "Ready to send",
      mine: "Needs your consent",
      waiting: "Awaiting approvers",
    },
    account: "Account",
    expiry: "Expires",
    takenBy: "Executed by",
    nonce: "Nonce",
    digest: "Digest, computed here",
    matches: "matches",
    differs: "differs from the proposal's digest",
    source: "Source",
    shared: "the provider",
    shelf: "this browser",
    consents: (there: number, wanted: number) => `${there} of ${wanted} consents`,
    signed: "signed",
    sent: "by transaction",
    revoked: "revoked",
    missing: "not yet",
    strangers: (count: number) =>
      count === 1
        ? "One signature is not by an approver and is not counted:"
        : `${count} signatures are not by approvers and are not counted:`,
    sign: "Consent by signature",
    send: "Consent by transaction",
    revoke: "Revoke my consent",
    refuse: "Refuse permanently",
    revokeAbout:
      "This permanently revokes your consent to this action, past and future. To consent later, the action has to be proposed again.",
    take: "Send",
    file: "Save as a file",
    remove: "Remove",
    givenLabel: "Consent to an action",
    revokeLabel: "Revoke a consent",
    handed: "Your consent was shared.",
    kept: "Your consent is stored in this browser: save the file, and send it to the account's owner.",
  },
  {
    standings: {
      changed: "内容被改动",
      taken: "已执行",
      free: "账户不受约束",
      anew: "约束已更改",
      expired: "已过期",
      ready: "可以发送",
      mine: "等待您",
      waiting: "等待审批人",
    },
    account: "账户",
    expiry: "可执行时间",
    takenBy: "执行交易",
    nonce: "Nonce",
    digest: "在此计算的摘要",
    matches: "一致",
    differs: "与提议自带的不一致",
    source: "来源",
    shared: "提供方",
    shelf: "此浏览器",
    consents: (there: number, wanted: number) => `${wanted} 份同意中的 ${there} 份`,
    signed: "已签名",
    sent: "通过交易",
    revoked: "已撤回",
    missing: "尚未",
    strangers: (count: number) => `有 ${count} 份签名不属于审批人，不计入：`,
    sign: "以签名同意",
    send: "以交易同意",
    revoke: "撤回我的同意",
    refuse: "永久拒绝",
    revokeAbout: "您对此操作的同意将永久失效，无论以何种方式给出。若日后要同意，须重新提议。",
    take: "发送",
    file: "保存为文件",
    remove: "移除",
    givenLabel: "同意操作",
    revokeLabel: "撤回同意",
    handed: "您的同意已放入信箱。",
    kept: "您的同意保存在此：请保存文件并交给账户持有人。",
  },
)

const TONES: Record<ProposalStatus, Tone> = {
  changed: "bad",
  taken: "good",
  free: "plain",
  anew: "warn",
  expired: "bad",
  ready: "good",
  mine: "info",
  waiting: "plain",
}

interface Props {
  checked: CheckedProposal
  here: RuleContext
  /** Whether it is at the provider, not only in this browser. */
  shared: boolean
  onRemove: () => void
}

export function ProposalCard({ checked, here, shared, onRemove }: Props) {
  const t = useMessages(messages)
  const language = useLanguage()
  const { proposal, action, digest, sound, decoded, binding, consents, state } = checked
  const standing = statusOf(checked, here)
  return (
    <Card
      title={<span className={styles.says}>{decoded.says[language]}</span>}
      aside={<Badge tone={TONES[standing]}>{t.standings[standing]}</Badge>}
    >
      <div className="stack">
        <Facts>
          <Fact label={t.account}>
            <Address of={action.account} you={isSame(here.me, action.account)} />
          </Fact>
          <Fact label={state.taken ? t.takenBy : t.expiry}>
            {state.taken ? <Tx of={state.taken} /> : <Countdown until={Number(action.expiry)} />}
          </Fact>
          <Fact label={t.digest}>
            <Hash of={digest} /> <Badge tone={sound ? "good" : "bad"}>{sound ? t.matches : t.differs}</Badge>
          </Fact>
          <Fact label={t.source}>{shared ? t.shared : t.shelf}</Fact>
        </Facts>
        <Details call={decoded} />
        {!state.nonceUsed && <Effects call={decoded} account={action.account} />}
        {binding && <Progress checked={checked} me={here.me} />}
        <Actions
          checked={checked}
          here={here}
          shared={shared}
          onSave={() => save(proposal)}
          onRemove={onRemove}
        />
        <p className="unseen" role="status">
          {binding && t.consents(consents.length, binding.threshold)}
        </p>
      </div>
    </Card>
  )
}

function Progress({ checked, me }: { checked: CheckedProposal; me: RuleContext["me"] }) {
  const t = useMessages(messages)
  const { binding, consents, state, invalidSigners: strangers } = checked
  const { approvers, threshold } = binding!
  const there = Math.min(consents.length, threshold)
  return (
    <div className="stack-s">
      <div className="row">
        <h3>{t.consents(consents.length, threshold)}</h3>
        <span className={styles.progress} aria-hidden="true">
          {Array.from({ length: threshold }, (_, index) => (
            <span key={index} className={index < there ? styles.full : undefined} />
          ))}
        </span>
      </div>
      <ul className={styles.approvers}>
        {approvers.map((approver) => {
          const given = consents.find((one) => isSame(one.approver, approver))
          const back = state.revoked.find((one) => isSame(one.approver, approver))
          return (
            <li key={approver}>
              <Address of={approver} you={isSame(me, approver)} />
              {back ? (
                <span className="row">
                  <Badge tone="bad">{t.revoked}</Badge>
                  <Tx of={back.tx} />
                </span>
              ) : given ? (
                <span className="row">
                  <Badge tone="good">{given.how === "signature" ? t.signed : t.sent}</Badge>
                  {given.tx && <Tx of={given.tx} />}
                </span>
              ) : (
                <Badge>{t.missing}</Badge>
              )}
            </li>
          )
        })}
      </ul>
      {strangers.length > 0 && (
        <Notice>
          {t.strangers(strangers.length)}{" "}
          {strangers.map((stranger) => (
            <Address key={stranger} of={stranger} />
          ))}
        </Notice>
      )}
    </div>
  )
}

interface ActionsProps {
  checked: CheckedProposal
  here: RuleContext
  shared: boolean
  onSave: () => void
  onRemove: () => void
}

function Actions({ checked, here, shared, onSave, onRemove }: ActionsProps) {
  const t = useMessages(messages)
  const because = useReasons()
  const transact = useTransact()
  const wallet = useWallet()
  const post = useProposalActions()
  const language = useLanguage()
  const [busy, setBusy] = useState<string>()
  const [said, setSaid] = useState<{ tone: "good" | "bad"; text: string }>()
  const [asking, setAsking] = useState(false)
  const { proposal, action, digest, binding, decoded } = checked
  const own = caseOf(checked, here)
  const approvers = binding?.approvers ?? []
  const named = { account: action.account, action: digest, approvers }
  const asked = approvers.some((approver) => isSame(here.me, approver))
  // Only its account and its proposer may remove it from the provider; for others it would reappear.
  const mayRemove = !shared || isSame(here.me, action.account) || isSame(here.me, proposal.createdBy)
  const mine = because("sign", own)
  const carries = because("approved", own)
  const back = checked.consents.some(({ approver }) => isSame(here.me, approver)) ? t.revoke : t.refuse

  async function doing(what: string, act: () => Promise<unknown>) {
    setBusy(what)
    setSaid(undefined)
    try {
      await act()
    } catch (error) {
      // The transaction centre shows the failure of a sent transaction.
      if (error instanceof TransactionFailed) return
      await loadErrorMessages()
      setSaid({ tone: "bad", text: explainError(error).sentence })
    } finally {
      setBusy(undefined)
    }
  }

  const sign = () =>
    doing("sign", async () => {
      const client = await wallet()
      const signature = await signAction(client, action)
      const consent = { approver: client.account.address, signature }
      storeProposal(mergeConsents({ ...proposal, consents: [consent] }, proposal))
      if (shared) await post.consent(proposal.digest, consent.approver, signature)
      setSaid({ tone: "good", text: shared ? t.handed : t.kept })
    })
  const consents = () => doing("consent", () => transact(t.givenLabel, (client) => consent(client, named)))
  const takeBack = () =>
    doing("revoke", async () => {
      setAsking(false)
      await transact(t.revokeLabel, (client) => revoke(client, named))
    })
  const take = () =>
    doing("take", () => {
      const taking = approvedArguments(checked)
      const token = decoded.effects.find(({ currency, into }) => into > 0n && currency !== zeroAddress)
      return transact(
        decoded.says[language],
        (client) =>
          token
            ? pay(client, { currency: token.currency, amount: token.into, call: approvedCall(taking) })
            : approved(client, taking),
        token?.unit ?? decoded.effects[0]?.unit,
      )
    })

  return (
    <>
      {said && <Notice tone={said.tone}>{said.text}</Notice>}
      <div className={styles.actions}>
        {(asked || !isSame(here.me, action.account)) && (
          <ActionButton
            kind={asked ? "primary" : "plain"}
            reason={mine}
            busy={busy === "sign"}
            onClick={sign}
          >
            {t.sign}
          </ActionButton>
        )}
        {mine === null && (
          <ActionButton reason={because("consent", own)} busy={busy === "consent"} onClick={consents}>
            {t.send}
          </ActionButton>
        )}
        <ActionButton
          kind={carries === null ? "primary" : "plain"}
          reason={carries}
          busy={busy === "take"}
          onClick={take}
        >
          {t.take}
        </ActionButton>
        {asked && (
          <ActionButton
            kind="danger"
            reason={because("revoke", own)}
            busy={busy === "revoke"}
            onClick={() => setAsking(true)}
          >
            {back}
          </ActionButton>
        )}
        <Button kind="quiet" onClick={onSave}>
          {t.file}
        </Button>
        {mayRemove && (
          <Button kind="quiet" onClick={onRemove}>
            {t.remove}
          </Button>
        )}
      </div>
      <Dialog title={back} about={t.revokeAbout} open={asking} onOpenChange={setAsking}>
        <Button kind="danger" onClick={takeBack}>
          {back}
        </Button>
      </Dialog>
    </>
  )
}
