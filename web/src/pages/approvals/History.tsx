// The history of an account's approvals, from the chain's events.

import { useState } from "react"
import { type Address as AddressType, isAddress } from "viem"
import type { ApprovalEvent } from "../../chain/binding.ts"
import { isSame } from "../../chain/legal.ts"
import { Loaded } from "../../features/errors/Failure.tsx"
import { useApprovalEvents, useApproverFor } from "../../features/queries/account.ts"
import { shorten } from "../../i18n/format.ts"
import { defineMessages, useMessages } from "../../i18n/language.ts"
import { Badge, type Tone } from "../../ui/Badge.tsx"
import { Card } from "../../ui/Card.tsx"
import { Choice, TextField } from "../../ui/Field.tsx"
import { Empty } from "../../ui/States.tsx"
import { Address, Hash, Tx, When } from "../../ui/Values.tsx"
import styles from "./Approvals.module.css"

const messages = defineMessages(
  {
    title: "History",
    account: "Account",
    own: (address: string) => `${address} (you)`,
    other: "Another account …",
    address: "Its address",
    bad: "This is not an address.",
    none: "No history yet",
    noneAbout: "Bindings, consents by transaction, revoked consents and executed actions are listed here.",
    when: "When",
    what: "What",
    action: "Action",
    who: "Approver",
    tx: "Transaction",
    names: {
      AccountBound: "Bound",
      Consented: "Consented",
      Revoked: "Revoked",
      ActionTaken: "Executed",
    },
    bound: (m: number, n: number) => (m === 0 ? "Unbound" : `Bound to ${m} of ${n}`),
  },
  {
    title: "历史",
    account: "账户",
    own: (address: string) => `${address}（您）`,
    other: "其他账户…",
    address: "账户地址",
    bad: "这不是地址。",
    none: "尚无记录",
    noneAbout: "账户约束、通过交易给出的同意、撤回的同意以及已执行的操作会列在这里。",
    when: "时间",
    what: "内容",
    action: "操作",
    who: "审批人",
    tx: "交易",
    names: { AccountBound: "已约束", Consented: "已同意", Revoked: "已撤回", ActionTaken: "已执行" },
    bound: (m: number, n: number) => (m === 0 ? "已解除约束" : `约束为 ${n} 中 ${m}`),
  },
)

const TONES: Record<ApprovalEvent["name"], Tone> = {
  AccountBound: "info",
  Consented: "good",
  Revoked: "bad",
  ActionTaken: "plain",
}
const OTHER = "other"

export function History({ me }: { me: AddressType | undefined }) {
  const t = useMessages(messages)
  const { data: boundTo = [] } = useApproverFor(me)
  const [chosen, setChosen] = useState<string>()
  const [typed, setTyped] = useState("")
  const accounts = [...(me ? [me] : []), ...boundTo.filter((account) => !isSame(me, account))]
  const value = chosen ?? accounts[0] ?? OTHER
  const valid = isAddress(typed, { strict: false })
  const account = value === OTHER ? (valid ? (typed as AddressType) : undefined) : (value as AddressType)
  const history = useApprovalEvents(account)
  return (
    <Card title={t.title}>
      <div className="stack">
        <div className={styles.narrow}>
          <Choice
            label={t.account}
            value={value}
            onChange={setChosen}
            options={[
              ...accounts.map((one) => ({
                value: one as string,
                label: isSame(me, one) ? t.own(shorten(one)) : shorten(one),
              })),
              { value: OTHER, label: t.other },
            ]}
          />
          {value === OTHER && (
            <TextField
              label={t.address}
              value={typed}
              onChange={setTyped}
              spellCheck={false}
              autoComplete="off"
              problem={typed && !valid ? t.bad : null}
            />
          )}
        </div>
        {account ? <Loaded query={history}>{(all) => <Table all={all} />}</Loaded> : <Nothing />}
      </div>
    </Card>
  )
}

function Nothing() {
  const t = useMessages(messages)
  return <Empty title={t.none}>{t.noneAbout}</Empty>
}

function Table({ all }: { all: ApprovalEvent[] }) {
  const t = useMessages(messages)
  if (all.length === 0) return <Nothing />
  return (
    <section className="scroller" aria-label={t.title} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t.when}</th>
            <th scope="col">{t.what}</th>
            <th scope="col">{t.action}</th>
            <th scope="col">{t.who}</th>
            <th scope="col">{t.tx}</th>
          </tr>
        </thead>
        <tbody>
          {all.map((one) => (
            <tr key={`${one.tx}${one.name}${one.approver ?? ""}${one.action ?? ""}`}>
              <td>
                <When of={one.time} />
              </td>
              <td>
                <Badge tone={TONES[one.name]}>
                  {one.name === "AccountBound" ? t.bound(one.threshold, one.approvers) : t.names[one.name]}
                </Badge>
              </td>
              <td>{one.action ? <Hash of={one.action} /> : "–"}</td>
              <td>{one.approver ? <Address of={one.approver} /> : "–"}</td>
              <td>
                <Tx of={one.tx} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
