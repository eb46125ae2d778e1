// How the wallet's account is bound, and a form to change it: approvers, threshold, limits. An unbound account binds
// itself; a bound one proposes the change to its approvers.
import { useState } from "react"
import { type Address as AddressType, isAddress, zeroAddress } from "viem"
import { bindCall } from "../../chain/actions/bind.ts"
import { type Binding, currenciesOf } from "../../chain/binding.ts"
import { useUnit } from "../../chain/currency.ts"
import { isSame } from "../../chain/legal.ts"
import type { Limit } from "../../chain/terms.ts"
import { Loaded } from "../../features/errors/Failure.tsx"
import { usePropose } from "../../features/proposals/ProposeDialog.tsx"
import { useBinding, useLimits } from "../../features/queries/account.ts"
import { useOffers } from "../../features/queries/market.ts"
import { amountOver, HOUR } from "../../i18n/format.ts"
import { defineMessages, useMessages } from "../../i18n/language.ts"
import { Badge } from "../../ui/Badge.tsx"
import { ActionButton, Button } from "../../ui/Button.tsx"
import { Card } from "../../ui/Card.tsx"
import { Field, TextField } from "../../ui/Field.tsx"
import { Address, Amount } from "../../ui/Values.tsx"
import styles from "./Approvals.module.css"
import { LimitFields, type LimitText, textOf } from "./LimitFields.tsx"

const messages = defineMessages(
  {
    now: "Current binding",
    free: "Free",
    freeAbout:
      "This account's calls need no consents. Once it is bound, calls beyond its limits need m of n approvers.",
    bound: (m: number, n: number) => `${m} of ${n} approvers`,
    boundAbout: "Calls beyond a limit below, and every change of the binding, need the approvers' consents.",
    currency: "Currency",
    rate: "A lease may reserve",
    amount: "A call may transfer",
    exposure: "In the market",
    of: "of",
    perHour: "/h",
    everything: "In every other currency all calls need consent.",
    edit: "Change the binding",
    bind: "Bind the account",
    approvers: "Approvers",
    approversHint: "One address per line, without the account itself, which consents by sending.",
    badAddress: (line: string) => `“${line}” is not an address.`,
    self: "The account cannot be its own approver.",
    many: "At most 64 approvers.",
    threshold: "Consents needed",
    thresholdBad: (most: number) => `Between 1 and the number of approvers, ${most}.`,
    limits: "Limits without consent",
    limitsHint: "In a currency without limits all calls need consent.",
    add: "Add a currency",
    amountsBad: "Correct the limits first.",
    approversNone: "Enter at least one approver.",
    propose: "Propose the change",
    freeIt: "Unbind the account",
    label: "Bind the account",
  },
  {
    now: "此账户的约束方式",
    free: "不受约束",
    freeAbout: "此账户的任何操作都不需要同意。设定约束后，超出限额的操作需要 n 位审批人中的 m 位同意。",
    bound: (m: number, n: number) => `${n} 位审批人中的 ${m} 位`,
    boundAbout: "超出以下任一限额的操作，以及对约束的任何更改，都需要审批人同意。",
    currency: "币种",
    rate: "单个租约可预留",
    amount: "单次调用可移动",
    exposure: "在市场中",
    of: "/",
    perHour: "/小时",
    everything: "其他任何币种的所有操作都需要同意。",
    edit: "更改",
    bind: "约束账户",
    approvers: "审批人",
    approversHint: "每行一个地址。不含账户自身：它执行操作即表示同意。",
    badAddress: (line: string) => `“${line}”不是地址。`,
    self: "账户不能是自己的审批人。",
    many: "最多 64 位审批人。",
    threshold: "所需同意数",
    thresholdBad: (most: number) => `须在 1 与审批人数 ${most} 之间。`,
    limits: "无需同意的额度",
    limitsHint: "未设限额的币种，所有操作都需要同意。",
    add: "添加币种",
    amountsBad: "请先更正限额。",
    approversNone: "请至少填写一位审批人。",
    propose: "提议更改",
    freeIt: "解除约束",
    label: "约束账户",
  },
)

export function SpendingPolicy({ me }: { me: AddressType }) {
  const t = useMessages(messages)
  const binding = useBinding(me)
  return (
    <div className="stack">
      <Card title={t.now}>
        <Loaded query={binding}>{(data) => (data ? <Bound binding={data} /> : <Free />)}</Loaded>
      </Card>
      {binding.data !== undefined && (
        <Editor key={`${me}${binding.data?.version}`} me={me} binding={binding.data} />
      )}
    </div>
  )
}

function Free() {
  const t = useMessages(messages)
  return (
    <div className="stack-s">
      <div>
        <Badge>{t.free}</Badge>
      </div>
      <p className="soft">{t.freeAbout}</p>
    </div>
  )
}

function Bound({ binding }: { binding: Binding }) {
  const t = useMessages(messages)
  return (
    <div className="stack">
      <div className="row">
        <Badge tone="info">{t.bound(binding.threshold, binding.approvers.length)}</Badge>
        <span className="soft small">{t.boundAbout}</span>
      </div>
      <ul className={styles.approvers}>
        {binding.approvers.map((approver) => (
          <li key={approver}>
            <Address of={approver} />
          </li>
        ))}
      </ul>
      <section className="scroller" aria-label={t.limits} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t.currency}</th>
              <th scope="col" className="right">
                {t.rate}
              </th>
              <th scope="col" className="right">
                {t.amount}
              </th>
              <th scope="col" className="right">
                {t.exposure}
              </th>
            </tr>
          </thead>
          <tbody>
            {currenciesOf(binding.limits).map((currency) => (
              <LimitRow key={currency} account={binding.account} currency={currency} />
            ))}
          </tbody>
        </table>
      </section>
      <p className="small soft">{t.everything}</p>
    </div>
  )
}

function LimitRow({ account, currency }: { account: AddressType; currency: AddressType }) {
  const t = useMessages(messages)
  const unit = useUnit(currency)
  const { data } = useLimits(account, currency)
  if (!data) return null
  return (
    <tr>
      <th scope="row">{unit.symbol}</th>
      <td className="right">
        <Amount of={amountOver(data.rate, HOUR)} unit={unit} />
        {t.perHour}
      </td>
      <td className="right">
        <Amount of={data.amount} unit={unit} />
      </td>
      <td className="right">
        <Amount of={data.exposed} unit={unit} /> {t.of} <Amount of={data.exposure} unit={unit} />
      </td>
    </tr>
  )
}

function Editor({ me, binding }: { me: AddressType; binding: Binding | null }) {
  const t = useMessages(messages)
  const { attempt, propose, dialog } = usePropose()
  const { data: offers = [] } = useOffers()
  const [list, setList] = useState(binding?.approvers.join("\n") ?? "")
  const [threshold, setThreshold] = useState(String(binding?.threshold ?? 1))
  const [limits, setLimits] = useState<LimitText[]>(
    binding?.limits.map(textOf) ?? [{ currency: zeroAddress, rate: "", amount: "", exposure: "" }],
  )
  const [parsed, setParsed] = useState<Record<string, Limit | null>>({})
  const [busy, setBusy] = useState(false)

  const lines = list.split(/[\s,;]+/).filter(Boolean)
  const wrong = lines.find((line) => !isAddress(line, { strict: false }))
  const approvers = [...new Set(lines.map((line) => line.toLowerCase()))] as AddressType[]
  const problem = wrong
    ? t.badAddress(wrong)
    : approvers.some((one) => isSame(me, one))
      ? t.self
      : approvers.length > 64
        ? t.many
        : null
  const count = Number(threshold)
  const badThreshold =
    approvers.length > 0 && !(Number.isInteger(count) && count >= 1 && count <= approvers.length)
  const stated = limits.map(({ currency }) => parsed[currency])
  const reason =
    problem ??
    (approvers.length === 0
      ? t.approversNone
      : badThreshold
        ? t.thresholdBad(approvers.length)
        : stated.some((limit) => !limit)
          ? t.amountsBad
          : null)

  async function go(call: ReturnType<typeof bindCall>) {
    if (binding) {
      propose(call)
      return
    }
    setBusy(true)
    await attempt(t.label, call)
    setBusy(false)
  }
  const known = [...new Set([zeroAddress, ...offers.map(({ currency }) => currency)])] as AddressType[]
  const unused = known.find((currency) => !limits.some((limit) => isSame(limit.currency, currency)))

  return (
    <Card title={binding ? t.edit : t.bind}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          if (reason === null) void go(bindCall({ approvers, threshold: count, limits: stated as Limit[] }))
        }}
      >
        <Field label={t.approvers} hint={t.approversHint} problem={problem}>
          {(field) => (
            <textarea
              {...field}
              rows={Math.max(3, lines.length + 1)}
              spellCheck={false}
              value={list}
              onChange={(event) => setList(event.target.value)}
            />
          )}
        </Field>
        <div className={styles.short}>
          <TextField
            label={t.threshold}
            type="number"
            min={1}
            max={Math.max(1, approvers.length)}
            value={threshold}
            onChange={setThreshold}
            problem={badThreshold ? t.thresholdBad(approvers.length) : null}
          />
        </div>
        <fieldset className={styles.fieldset}>
          <legend>{t.limits}</legend>
          <p className="small soft">{t.limitsHint}</p>
          {limits.map((limit, index) => (
            <LimitFields
              key={limit.currency}
              limit={limit}
              onChange={(next) => setLimits(limits.with(index, next))}
              onParsed={(currency, value) => setParsed((before) => ({ ...before, [currency]: value }))}
              onRemove={() => setLimits(limits.toSpliced(index, 1))}
            />
          ))}
          {unused && (
            <div>
              <Button
                onClick={() =>
                  setLimits([...limits, { currency: unused, rate: "", amount: "", exposure: "" }])
                }
              >
                {t.add}
              </Button>
            </div>
          )}
        </fieldset>
        <div className={styles.actions}>
          <ActionButton type="submit" kind="primary" reason={reason} busy={busy}>
            {binding ? t.propose : t.bind}
          </ActionButton>
          {binding && (
            <Button
              kind="danger"
              onClick={() => propose(bindCall({ approvers: [], threshold: 0, limits: [] }))}
            >
              {t.freeIt}
            </Button>
          )}
        </div>
      </form>
      {dialog}
    </Card>
  )
}
