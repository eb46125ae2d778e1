import type { RunView, Stage } from "../../api/types.ts"
import { formatDuration } from "../../i18n/format.ts"
import { useMessages } from "../../i18n/language.ts"
import { Badge } from "../../ui/Badge.tsx"
import { Card } from "../../ui/Card.tsx"
import { messages } from "./messages.ts"
import styles from "./Provider.module.css"

const STAGES: readonly Stage[] = ["chain", "clearing", "container", "meter", "proof", "scale", "settlement"]

/** Each stage's last run, in the order of the flow. */
export function Stages({ stages }: { stages: Partial<Record<Stage, RunView>> }) {
  const t = useMessages(messages)
  return (
    <Card title={t.stages} flush>
      <p className={styles.about}>{t.stagesAbout}</p>
      <table className={styles.stages}>
        <thead>
          <tr>
            <th scope="col">{t.stage}</th>
            <th scope="col">{t.found}</th>
            <th scope="col">{t.last}</th>
            <th scope="col" className="right">
              {t.took}
            </th>
          </tr>
        </thead>
        <tbody>
          {STAGES.map((stage) => (
            <tr key={stage}>
              <th scope="row">{stage}</th>
              <Run run={stages[stage]} />
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  )
}

function Run({ run }: { run: RunView | undefined }) {
  const t = useMessages(messages)
  if (!run) {
    return (
      <td colSpan={3}>
        <Badge>{t.never}</Badge>
      </td>
    )
  }
  const counts = Object.entries(run.counts).map(([name, count]) => `${name} ${count}`)
  const lag = Math.floor((Date.now() - run.startedAtMs - run.tookMs) / 1000)
  return (
    <>
      <td>
        <span className="row">
          {run.failures > 0 ? (
            <Badge tone="bad">{t.failing(run.failures)}</Badge>
          ) : (
            <Badge tone="good">{t.healthy}</Badge>
          )}
          <span className="soft">{counts.join(", ")}</span>
        </span>
        {run.error && <p className={styles.error}>{run.error}</p>}
      </td>
      <td className="num">
        {lag > 0 ? t.ago(formatDuration(lag)) : t.now}{" "}
        <span className="soft">
          #{run.iteration.toLocaleString("en-US")} {t.reasons[run.reason]}
        </span>
      </td>
      <td className="right num">{t.ms(run.tookMs)}</td>
    </>
  )
}
