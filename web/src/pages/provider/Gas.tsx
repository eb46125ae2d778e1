import type { OwnView } from "../../api/types.ts"
import { ETH } from "../../i18n/format.ts"
import { useMessages } from "../../i18n/language.ts"
import { Badge, type Tone } from "../../ui/Badge.tsx"
import { Bar } from "../../ui/Bar.tsx"
import { Card } from "../../ui/Card.tsx"
import { Amount } from "../../ui/Values.tsx"
import { messages } from "./messages.ts"
import styles from "./Provider.module.css"

const TONES: Record<string, Tone> = {
  prepared: "plain",
  sent: "info",
  mined: "info",
  final: "good",
  failed: "bad",
}
const count = (of: number) => of.toLocaleString("en-US")

/** Gas by kind against the budget, and the outbox by state. */
export function Gas({ gas, intents }: Pick<OwnView, "gas" | "intents">) {
  const t = useMessages(messages)
  return (
    <Card title={t.gasTitle}>
      <div className="stack">
        <div className="stack-s">
          <p className="soft small">{t.gasBudget}</p>
          <Bar
            label={t.gas}
            part={gas.lastHour}
            whole={gas.perHour}
            says={t.gasSays(count(gas.lastHour), count(gas.perHour))}
          />
        </div>
        {gas.byKind.length === 0 ? (
          <p className="soft small">{t.noGas}</p>
        ) : (
          <table>
            <caption className={styles.caption}>
              {t.lastDay}: <span className="num">{count(gas.lastDay)}</span>. {t.fees}:{" "}
              <Amount of={gas.feesLastDay} unit={ETH} />
            </caption>
            <thead>
              <tr>
                <th scope="col">{t.kind}</th>
                <th scope="col" className="right">
                  {t.times}
                </th>
                <th scope="col" className="right">
                  {t.gas}
                </th>
              </tr>
            </thead>
            <tbody>
              {gas.byKind.map((spent) => (
                <tr key={spent.kind}>
                  <th scope="row">{t.kinds[spent.kind] ?? spent.kind}</th>
                  <td className="right">{count(spent.count)}</td>
                  <td className="right">{count(spent.gas)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        <div className="stack-s">
          <p className="soft small">{t.intents}</p>
          <ul className="row">
            {intents.map((intent) => (
              <li key={intent.state}>
                <Badge tone={intent.count === 0 ? "plain" : TONES[intent.state]}>
                  {count(intent.count)} {t.states[intent.state] ?? intent.state}
                </Badge>
              </li>
            ))}
          </ul>
        </div>
      </div>
    </Card>
  )
}
