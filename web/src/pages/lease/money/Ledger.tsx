// Each movement of the lease's money, latest first.
import { useState } from "react"
import type { HistoryEntry, LeaseHistory } from "../../../chain/leaseHistory.ts"
import type { Unit } from "../../../i18n/format.ts"
import { defineMessages, useMessages } from "../../../i18n/language.ts"
import { Button } from "../../../ui/Button.tsx"
import { Card } from "../../../ui/Card.tsx"
import { Amount, Tx, When } from "../../../ui/Values.tsx"

const messages = defineMessages(
  {
    title: "Movements",
    time: "Time",
    what: "What",
    amount: "Amount",
    balance: "Balance after",
    tx: "Transaction",
    more: "Show more",
    names: {
      LeaseOpened: "Deposit",
      ToppedUp: "Top-up",
      Settled: "Settled to the provider",
      Withdrawn: "Withdrawn",
      Refunded: "Refunded",
      LeaseMoved: "Moved to another lease",
    } as Record<string, string>,
  },
  {
    title: "资金变动",
    time: "时间",
    what: "事项",
    amount: "金额",
    balance: "变动后余额",
    tx: "交易",
    more: "显示更多",
    names: {
      LeaseOpened: "存款",
      ToppedUp: "充值",
      Settled: "结算给提供方",
      Withdrawn: "取出",
      Refunded: "退还",
      LeaseMoved: "迁移至另一租约",
    } as Record<string, string>,
  },
)

const PAGE = 25

export function Ledger({ life, unit }: { life: LeaseHistory; unit: Unit }) {
  const t = useMessages(messages)
  const [shown, setShown] = useState(PAGE)
  const rows: { moment: HistoryEntry; amount: bigint }[] = []
  let balance = 0n
  for (const moment of life.entries) {
    if (t.names[moment.event.name]) rows.push({ moment, amount: moment.account.balance - balance })
    balance = moment.account.balance
  }
  rows.reverse()
  return (
    <Card title={t.title} flush>
      <table>
        <thead>
          <tr>
            <th scope="col">{t.time}</th>
            <th scope="col">{t.what}</th>
            <th scope="col" className="right">
              {t.amount}
            </th>
            <th scope="col" className="right">
              {t.balance}
            </th>
            <th scope="col">{t.tx}</th>
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, shown).map(({ moment: { event, account: books }, amount }) => (
            <tr key={event.cursor}>
              <td>
                <When of={event.time} />
              </td>
              <th scope="row">{t.names[event.name]}</th>
              <td className="right num">
                {amount > 0n && "+"}
                <Amount of={amount} unit={unit} />
              </td>
              <td className="right">
                <Amount of={books.balance} unit={unit} />
              </td>
              <td>
                <Tx of={event.tx} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > shown && (
        <p className="row">
          <Button kind="quiet" onClick={() => setShown(shown + PAGE * 4)}>
            {t.more}
          </Button>
        </p>
      )}
    </Card>
  )
}
