import { useMessages } from "../../i18n/language.ts"
import { NumberField } from "../../ui/NumberField.tsx"
import styles from "./Deploy.module.css"
import { setDraft, useDraft } from "./draft.ts"
import { messages } from "./messages.ts"

const MOST = 16_383

/** The replica counts and the policy of the lease. */
export function PolicyFields() {
  const t = useMessages(messages)
  const { replicas, policy } = useDraft()
  const set = (part: Partial<typeof policy>) => setDraft({ policy: { ...policy, ...part } })
  // Keeps min ≤ initial ≤ max: changing one count adjusts the others.
  function bound(least: number, most: number, begin: number) {
    setDraft({
      replicas: Math.min(Math.max(begin, least), most),
      policy: { ...policy, minReplicas: least, maxReplicas: most },
    })
  }
  const { minReplicas: min, maxReplicas: max } = policy
  return (
    <fieldset className={styles.fieldset}>
      <legend>{t.elastic}</legend>
      <p className="soft small">{t.elasticAbout}</p>
      <div className={styles.three}>
        <NumberField
          label={t.begin}
          value={replicas}
          least={0}
          most={MOST}
          onChange={(next) => bound(Math.min(min, next), Math.max(max, next, 1), next)}
        />
        <NumberField
          label={t.min}
          value={min}
          least={0}
          most={MOST}
          onChange={(next) => bound(next, Math.max(max, next, 1), replicas)}
        />
        <NumberField
          label={t.max}
          value={max}
          least={1}
          most={MOST}
          onChange={(next) => bound(Math.min(min, next), next, replicas)}
        />
      </div>
      <details className={styles.more} open>
        <summary>{t.follow}</summary>
        <div className={styles.three}>
          <Percent
            name="target"
            least={1}
            most={100}
            value={policy.target}
            onChange={(target) => set({ target })}
          />
          <Percent
            name="up"
            least={policy.target}
            most={100}
            value={policy.up}
            onChange={(up) => set({ up })}
          />
          <Percent
            name="down"
            least={0}
            most={policy.target - 1}
            value={policy.down}
            onChange={(down) => set({ down })}
          />
          <NumberField
            label={t.fields.cooldown[0]!}
            hint={t.fields.cooldown[1]}
            unit={t.seconds}
            value={policy.cooldown}
            least={0}
            most={65_535}
            onChange={(cooldown) => set({ cooldown })}
          />
          <NumberField
            label={t.fields.step[0]!}
            hint={t.fields.step[1]}
            value={policy.step}
            least={1}
            most={255}
            onChange={(step) => set({ step })}
          />
          <NumberField
            label={t.fields.headroom[0]!}
            hint={t.fields.headroom[1]}
            value={policy.headroom}
            least={0}
            most={255}
            onChange={(headroom) => set({ headroom })}
          />
        </div>
      </details>
    </fieldset>
  )
}

interface PercentProps {
  name: "target" | "up" | "down"
  least: number
  most: number
  value: number
  onChange: (value: number) => void
}

function Percent({ name, ...rest }: PercentProps) {
  const t = useMessages(messages)
  const [label, hint] = t.fields[name]
  return <NumberField label={label!} hint={hint} unit={t.percent} {...rest} />
}
