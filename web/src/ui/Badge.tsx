import type { ReactNode } from "react"
import styles from "./Badge.module.css"
import tones from "./Tone.module.css"

export type Tone = "plain" | "good" | "warn" | "bad" | "info"

const MARKS: Record<Tone, string> = { plain: "○", good: "●", warn: "▲", bad: "■", info: "◆" }

/** A state in a word. Its mark differs in form too, for whoever does not see the colour. */
export function Badge({ tone = "plain", children }: { tone?: Tone; children: ReactNode }) {
  return (
    <span className={`${styles.badge} ${tones[tone] ?? ""}`}>
      <span aria-hidden="true" className={styles.mark}>
        {MARKS[tone]}
      </span>
      {children}
    </span>
  )
}
