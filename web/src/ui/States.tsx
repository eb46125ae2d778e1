// What stands where data will stand, or cannot.
import type { ReactNode } from "react"
import { defineMessages, useMessages } from "../i18n/language.ts"
import styles from "./States.module.css"
import tones from "./Tone.module.css"

const messages = defineMessages({ loading: "Loading" }, { loading: "加载中" })

/** Bars of the height that the content will have. @param lines How many. */
export function Skeleton({ lines = 3 }: { lines?: number }) {
  const t = useMessages(messages)
  return (
    <div className={styles.skeleton} role="status">
      <span className="unseen">{t.loading}</span>
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} className={styles.bar} aria-hidden="true" />
      ))}
    </div>
  )
}

/** @param title What there is none of. @param children What this place is for, and the next step. */
export function Empty({ title, children }: { title: ReactNode; children?: ReactNode }) {
  return (
    <div className={styles.empty}>
      <p className={styles.title}>{title}</p>
      {children && <div className="soft small">{children}</div>}
    </div>
  )
}

/** A line over the content that wants attention. */
export function Notice({
  tone = "warn",
  children,
}: {
  tone?: "warn" | "bad" | "info" | "good"
  children: ReactNode
}) {
  return (
    <div className={`${styles.notice} ${tones[tone] ?? ""}`} role="status">
      {children}
    </div>
  )
}
