// Placeholders: loading, empty, and notices.
import type { ReactNode } from "react"
import { defineMessages, useMessages } from "../i18n/language.ts"
import styles from "./States.module.css"
import tones from "./Tone.module.css"

const messages = defineMessages({ loading: "Loading" }, { loading: "加载中" })

/** Bars of the expected height of the content. @param lines How many. */
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

/** @param title What is missing. @param children What belongs here, and the next step. */
export function Empty({ title, children }: { title: ReactNode; children?: ReactNode }) {
  return (
    <div className={styles.empty}>
      <p className={styles.title}>{title}</p>
      {children && <div className="soft small">{children}</div>}
    </div>
  )
}

/** A notice above the content. */
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
