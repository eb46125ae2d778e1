import { Failure } from "../../features/errors/Failure.tsx"
import { useMessages } from "../../i18n/language.ts"
import { Badge } from "../../ui/Badge.tsx"
import { Button } from "../../ui/Button.tsx"
import styles from "./ManifestEditor.module.css"
import { messages } from "./messages.ts"
import type { ManifestCheckState } from "./useManifestCheck.ts"

/** The provider's check of the manifest. @param go Moves the cursor to a line. */
export function ManifestCheck({ check, go }: { check: ManifestCheckState; go: (line: number) => void }) {
  const t = useMessages(messages)
  const { view } = check
  if (check.unasked) return <Badge tone="warn">{t.unchecked}</Badge>
  if (check.error && !view) return <Failure error={check.error} retry={check.retry} />
  if (!view) return <Badge>{t.checking}</Badge>
  return (
    <>
      <p className="row" role="status">
        {view.ok ? (
          <Badge tone="good">{t.valid(view.services.length)}</Badge>
        ) : (
          <Badge tone="bad">{t.refused(view.refusals.length)}</Badge>
        )}
        {check.checking && <span className="soft small">{t.checking}</span>}
        {view.ok && <span className="soft small">{t.policyIs(view.policy, view.shadow)}</span>}
      </p>
      {view.ok && (
        <ul className={styles.services}>
          {view.services.map((service) => (
            <li key={service.name}>
              <strong>{service.name}</strong> <span className="mono">{service.image}</span>
              {service.ports.length > 0 && <span className="soft"> {t.ports(service.ports.join(", "))}</span>}
            </li>
          ))}
        </ul>
      )}
      {view.refusals.length > 0 && (
        <ol className={styles.refusals} aria-label={t.refusals}>
          {view.refusals.map((refusal, index) => (
            <li key={index}>
              {refusal.line === null ? (
                <span className="soft">{t.wholeFile}</span>
              ) : (
                <Button kind="quiet" className={styles.line} onClick={() => go(refusal.line!)}>
                  {t.line(refusal.line)}
                </Button>
              )}
              <span>
                {refusal.path && <code>{refusal.path}</code>} {refusal.message}
              </span>
            </li>
          ))}
        </ol>
      )}
    </>
  )
}
