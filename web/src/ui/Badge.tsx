import type { ReactNode } from "react"
import styles from "./Badge.module.css"
import tones from "./Tone.module.css"

export type Tone = "plain" | "good" | "warn" | "bad" | "info"

const MARKS: Record<Tone, string> = { plain: "○", good: "●", warn: "▲", bad: "■", info: "◆" }

/** A state in one word. Its mark has a shape of its own, for users who do not see the colour. */
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
