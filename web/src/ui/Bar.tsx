import styles from "./Bar.module.css"

interface Props {
  label: string
  /** The used part of the whole. */
  part: number
  whole: number
  /** The same as text, shown beside the bar; the bar itself is hidden from screen readers. */
  says: string
}

/** A share of a whole: capacity in use, budget spent. */
export function Bar({ label, part, whole, says }: Props) {
  const share = whole > 0 ? Math.min(1, part / whole) : 0
  return (
    <div className={styles.bar}>
      <span className={styles.label}>{label}</span>
      <svg className={styles.track} viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
        <rect width="100" height="6" rx="3" className={styles.whole} />
        {share > 0 && (
          <rect
            width={Math.max(2, share * 100)}
            height="6"
            rx="3"
            className={share > 0.9 ? styles.full : styles.part}
          />
        )}
      </svg>
      <span className={`num ${styles.says}`}>{says}</span>
    </div>
  )
}
