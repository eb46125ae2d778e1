// The lease's events on chain, latest first, each as a sentence with its transaction.
import { useState } from "react"
import { useUnit } from "../../../chain/currency.ts"
import { sentences } from "../../../chain/eventMessages.ts"
import { Loaded } from "../../../features/errors/Failure.tsx"
import { useLeaseEvents } from "../../../features/queries/lease.ts"
import { defineMessages, useMessages } from "../../../i18n/language.ts"
import { Button } from "../../../ui/Button.tsx"
import { Card } from "../../../ui/Card.tsx"
import { Choice } from "../../../ui/Field.tsx"
import { Empty } from "../../../ui/States.tsx"
import { Tx, When } from "../../../ui/Values.tsx"
import type { TabProps } from "../tabProps.ts"
import styles from "./Events.module.css"

const messages = defineMessages(
  {
    title: "Events",
    none: "No event",
    noneAbout: "The lease's events on chain are listed here as they happen.",
    block: (block: number) => `block ${block}`,
    more: (left: number) => `Show more (${left})`,
    kind: "Show",
    kinds: { all: "All events", life: "Without settlements" },
    new: (count: number) => `${count} events`,
  },
  {
    title: "事件",
    none: "没有事件",
    noneAbout: "链上关于此租约的事件会实时列在这里。",
    block: (block: number) => `区块 ${block}`,
    more: (left: number) => `显示更多（${left}）`,
    kind: "显示",
    kinds: { all: "全部事件", life: "不含结算" },
    new: (count: number) => `${count} 个事件`,
  },
)

const PAGE = 100

export default function Events({ lease }: TabProps) {
  const t = useMessages(messages)
  const say = useMessages(sentences)
  const unit = useUnit(lease.money.currency)
  const history = useLeaseEvents(lease)
  const [shown, setShown] = useState(PAGE)
  const [kind, setKind] = useState<keyof typeof t.kinds>("all")
  return (
    <Card
      title={t.title}
      aside={
        <Choice
          label={<span className="unseen">{t.kind}</span>}
          value={kind}
          onChange={setKind}
          options={[
            { value: "all", label: t.kinds.all },
            { value: "life", label: t.kinds.life },
          ]}
        />
      }
    >
      <Loaded query={history} lines={10}>
        {(events) => {
          const newest = events.filter(({ name }) => kind === "all" || name !== "Settled").reverse()
          if (newest.length === 0) return <Empty title={t.none}>{t.noneAbout}</Empty>
          return (
            <div className="stack">
              <p className="unseen" role="status">
                {t.new(newest.length)}
              </p>
              <ol className={styles.events}>
                {newest.slice(0, shown).map((event) => (
                  <li key={event.cursor} className={styles.event}>
                    <span className={styles.when}>
                      <When of={event.time} />
                    </span>
                    <span className={styles.what}>{say[event.name]?.(event, unit) ?? event.name}</span>
                    <span className={styles.tx}>
                      {t.block(event.block)} <Tx of={event.tx} />
                    </span>
                  </li>
                ))}
              </ol>
              {newest.length > shown && (
                <Button onClick={() => setShown(shown + PAGE)}>{t.more(newest.length - shown)}</Button>
              )}
            </div>
          )
        }}
      </Loaded>
    </Card>
  )
}
