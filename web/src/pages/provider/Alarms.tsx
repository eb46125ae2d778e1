import type { AlarmView } from "../../api/types.ts"
import { useMessages } from "../../i18n/language.ts"
import { Badge } from "../../ui/Badge.tsx"
import { messages } from "./messages.ts"
import styles from "./Provider.module.css"

/** The provider's alarms, each with its remedy. */
export function Alarms({ alarms }: { alarms: readonly AlarmView[] }) {
  const t = useMessages(messages)
  if (alarms.length === 0) {
    return (
      <p role="status">
        <Badge tone="good">{t.noAlarms}</Badge>
      </p>
    )
  }
  return (
    <section className={styles.alarms} aria-label={t.alarms} aria-live="polite">
      <h2>{t.alarms}</h2>
      <ul className={styles.alarmList}>
        {alarms.map((alarm) => (
          <li key={`${alarm.kind}${alarm.message}`}>
            <p className="row">
              <Badge tone="bad">{alarm.kind}</Badge>
              <strong>{alarm.message}</strong>
            </p>
            <p className="small">
              {t.remedy}: {alarm.remedy}
            </p>
          </li>
        ))}
      </ul>
    </section>
  )
}
