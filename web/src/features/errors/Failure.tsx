// Why data could not be read, and the content of a query once it is loaded.
import type { ReactNode } from "react"
import { explainError } from "../../chain/errors.ts"
import { defineMessages, useMessages } from "../../i18n/language.ts"
import { Button } from "../../ui/Button.tsx"
import { Skeleton } from "../../ui/States.tsx"
import styles from "./Failure.module.css"

const messages = defineMessages({ retry: "Try again" }, { retry: "重试" })

/** @param retry Reads it again. */
export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  const t = useMessages(messages)
  const refusal = explainError(error)
  return (
    <div className={styles.failure} role="alert">
      <p>{refusal.sentence}</p>
      {refusal.remedy && <p className="small">{refusal.remedy}</p>}
      {retry && <Button onClick={retry}>{t.retry}</Button>}
    </div>
  )
}

interface QueryLike<T> {
  data: T | undefined
  error: unknown
  isPending: boolean
  refetch: () => unknown
}

/** The content of a query, or its loading or failure state. Loaded content stays visible during a refetch. */
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
