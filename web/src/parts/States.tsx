// What stands where data will stand, or cannot.
import type { ReactNode } from "react"
import { explain } from "../chain/refusals.ts"
import { speak, useWords } from "../words/language.ts"
import { Button } from "./Button.tsx"
import styles from "./States.module.css"
import tones from "./Tone.module.css"

const words = speak({ retry: "Try again", loading: "Loading" }, { retry: "重试", loading: "加载中" })

/** Bars of the height that the content will have. @param lines How many. */
export function Skeleton({ lines = 3 }: { lines?: number }) {
  const t = useWords(words)
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

/** @param retry Asks again. */
export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  const t = useWords(words)
  const refusal = explain(error)
  return (
    <div className={styles.failure} role="alert">
      <p>{refusal.sentence}</p>
      {refusal.remedy && <p className="small">{refusal.remedy}</p>}
      {retry && <Button onClick={retry}>{t.retry}</Button>}
    </div>
  )
}

/** A line over the content that wants attention. */
export function Notice({
  tone = "warn",
  children,
}: {
  tone?: "warn" | "bad" | "tide" | "good"
  children: ReactNode
}) {
  return (
    <div className={`${styles.notice} ${tones[tone] ?? ""}`} role="status">
      {children}
    </div>
  )
}

interface QueryLike<T> {
  data: T | undefined
  error: unknown
  isPending: boolean
  refetch: () => unknown
}

/** The content of a query, or what stands in its place. Content that is there stays while it is read anew. */
export function Loaded<T>({
  query,
  lines,
  children,
}: {
  query: QueryLike<T>
  lines?: number
  children: (data: T) => ReactNode
}) {
  if (query.data !== undefined) return <>{children(query.data)}</>
  if (query.isPending) return <Skeleton lines={lines} />
  return <Failure error={query.error} retry={() => query.refetch()} />
}
