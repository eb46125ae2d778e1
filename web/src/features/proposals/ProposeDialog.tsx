// Proposes a bound account's call to its approvers when it exceeds the account's limits. Used by every page that sends.
// const { attempt, propose, dialog } = usePropose()
// Call `await attempt(label, topUpCall(parameters), { unit })`, and render `{dialog}` in the page.
import { Link } from "@tanstack/react-router"
import { type ReactNode, useState } from "react"
import type { Address, Hash, TransactionReceipt } from "viem"
import { useClient, useConnection } from "wagmi"
import { useConfig } from "../../api/config.ts"
import { type Call, send, type Wallet } from "../../chain/call.ts"
import { explainError, loadErrorMessages } from "../../chain/errors.ts"
import { InvalidProposal, makeProposal, type Proposal } from "../../chain/proposals.ts"
import type { Reader } from "../../chain/reader.ts"
import type { Unit } from "../../i18n/format.ts"
import { defineMessages, useLanguage, useMessages } from "../../i18n/language.ts"
import { TransactionFailed, useTransact } from "../../transactions/useTransact.ts"
import { Button } from "../../ui/Button.tsx"
import { Dialog } from "../../ui/Dialog.tsx"
import { Choice } from "../../ui/Field.tsx"
import { Notice, Skeleton } from "../../ui/States.tsx"
import { Hash as HashMark } from "../../ui/Values.tsx"
import { useBinding } from "../queries/account.ts"
import { useSession } from "../session/useSession.ts"
import { Details, Effects, Fact, Facts } from "./CallDetails.tsx"
import { storeProposal, useProposalActions } from "./proposals.ts"
import { save } from "./saveFile.ts"
import { useDecodedCall } from "./status.ts"

const messages = defineMessages(
  {
    title: "Propose to approvers",
    about:
      "This exceeds what the account may do alone. Its approvers consent to exactly this call; no transaction is sent now.",
    needs: "Consents needed",
    of: (m: number, n: number) => `${m} of ${n} approvers`,
    days: "Valid for",
    valid: (days: number) => (days === 1 ? "1 day" : `${days} days`),
    post: "Share with the approvers",
    signIn: "Sign in and share with the approvers",
    file: "Save as a file",
    posted: "Shared: the approvers see it when they sign in at this provider.",
    saved: "Give the file to the approvers: they open it under Approvals, or run tidemark consent.",
    see: "Open Approvals",
    free: "The account is not bound: it needs no consents.",
    digest: "Digest",
  },
  {
    title: "提交给审批人",
    about: "此操作超出账户可自行决定的范围。审批人将对这一次调用表示同意；现在不会发送任何内容。",
    needs: "所需同意",
    of: (m: number, n: number) => `${n} 位审批人中的 ${m} 位`,
    days: "有效期",
    valid: (days: number) => `${days} 天`,
    post: "分享给审批人",
    signIn: "登录并分享给审批人",
    file: "保存为文件",
    posted: "已分享：审批人在此提供方登录后即可看到。",
    saved: "请把文件交给审批人：他们可在“审批”页打开，或运行 tidemark consent。",
    see: "在“审批”页查看",
    free: "该账户不受约束：无需同意。",
    digest: "摘要",
  },
)

interface Wanted {
  call: Call
  account: Address
}

/** The result of a call: exactly one of the two is set. */
export type Outcome =
  | { receipt: TransactionReceipt; failure?: never }
  | { receipt?: never; failure: TransactionFailed }

interface Attempt {
  /** The unit of amounts in error messages. */
  unit?: Unit
  /** How to send it, when not directly: with a permit, for example. */
  action?: (wallet: Wallet) => Promise<Hash>
}

export interface Proposing {
  /** Opens the dialog for a call. @param account The wallet's own by default. */
  propose: (call: Call, account?: Address) => void
  /**
   * Sends a call; when the wallet's account needs consents for it, opens the dialog instead.
   *
   * The transaction centre, or the dialog, already shows a failure.
   */
  attempt: (label: string, call: Call, how?: Attempt) => Promise<Outcome>
  dialog: ReactNode
}

export function usePropose(): Proposing {
  const { address } = useConnection()
  const transact = useTransact()
  const [wanted, setWanted] = useState<Wanted | null>(null)

  function propose(call: Call, account = address) {
    if (account) setWanted({ call, account })
  }
  async function attempt(label: string, call: Call, { unit, action }: Attempt = {}): Promise<Outcome> {
    try {
      return { receipt: await transact(label, action ?? ((wallet) => send(wallet, call)), unit) }
    } catch (error) {
      if (!(error instanceof TransactionFailed)) throw error
      if (error.refusal === "ConsentRequired") propose(call)
      return { failure: error }
    }
  }
  const dialog = wanted && <ProposeDialog wanted={wanted} onClose={() => setWanted(null)} />
  return { propose, attempt, dialog }
}

const DAYS = ["1", "7", "30"] as const

function ProposeDialog({ wanted, onClose }: { wanted: Wanted; onClose: () => void }) {
  const t = useMessages(messages)
  const language = useLanguage()
  const { api } = useConfig()
  const { session, signIn } = useSession(api)
  const reader = useClient() as Reader | undefined
  const { data: binding } = useBinding(wanted.account)
  const decoded = useDecodedCall(wanted.account, wanted.call.data, wanted.call.value)
  const post = useProposalActions()
  const [days, setDays] = useState<(typeof DAYS)[number]>("7")
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()
  const [made, setMade] = useState<{ proposal: Proposal; how: "posted" | "saved" }>()

  async function make(how: "posted" | "saved") {
    setBusy(true)
    setProblem(undefined)
    try {
      const proposal =
        made?.proposal ?? (await makeProposal(reader!, wanted.account, wanted.call, Number(days)))
      if (how === "posted") {
        if (!session) await signIn()
        await post.share(proposal)
      } else save(proposal)
      storeProposal(proposal)
      setMade({ proposal, how })
    } catch (error) {
      await loadErrorMessages()
      setProblem(error instanceof InvalidProposal ? error.reason[language] : explainError(error).sentence)
    } finally {
      setBusy(false)
    }
  }

  return (
    <Dialog title={t.title} about={t.about} open onOpenChange={(open) => !open && onClose()}>
      {decoded.data ? (
        <>
          <p>
            <strong>{decoded.data.says[language]}</strong>
          </p>
          <Details call={decoded.data} />
          <Effects call={decoded.data} account={wanted.account} />
        </>
      ) : (
        <Skeleton lines={4} />
      )}
      {binding === null && <Notice>{t.free}</Notice>}
      {binding && (
        <Facts>
          <Fact label={t.needs}>{t.of(binding.threshold, binding.approvers.length)}</Fact>
          {made && (
            <Fact label={t.digest}>
              <HashMark of={made.proposal.digest} />
            </Fact>
          )}
        </Facts>
      )}
      {!made && (
        <Choice
          label={t.days}
          value={days}
          onChange={setDays}
          options={DAYS.map((value) => ({ value, label: t.valid(Number(value)) }))}
        />
      )}
      {problem && <Notice tone="bad">{problem}</Notice>}
      {made && <Notice tone="good">{made.how === "posted" ? t.posted : t.saved}</Notice>}
      <div className="row">
        {made?.how !== "posted" && (
          <Button kind="primary" busy={busy} disabled={!binding} onClick={() => make("posted")}>
            {session ? t.post : t.signIn}
          </Button>
        )}
        <Button busy={busy} disabled={!binding} onClick={() => make("saved")}>
          {t.file}
        </Button>
        {made && (
          <Link to="/approvals" onClick={onClose}>
            {t.see}
          </Link>
        )}
      </div>
    </Dialog>
  )
}
