import { type ButtonHTMLAttributes, type ReactNode, useId } from "react"
import styles from "./Button.module.css"

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: "plain" | "primary" | "danger" | "quiet"
  /** Working: it cannot be pressed again, and says so. */
  busy?: boolean
}

export function Button({ kind = "plain", busy, children, className, disabled, ...rest }: Props) {
  return (
    <button
      type="button"
      {...rest}
      className={`${styles.button} ${styles[kind]} ${className ?? ""}`}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
    >
      {busy && <span className={styles.busy} aria-hidden="true" />}
      {children}
    </button>
  )
}

interface ActProps extends Props {
  /** Why it may not be pressed now, as a sentence; null when it may. */
  reason: ReactNode | null
}

/** A button for something that the chain may forbid: then it is disabled, and its reason stands under it. */
export function ActionButton({ reason, disabled, ...rest }: ActProps) {
  const id = useId()
  return (
    <span className={styles.act}>
      <Button {...rest} disabled={disabled || reason !== null} aria-describedby={reason ? id : undefined} />
      {reason && (
        <span id={id} className={styles.reason}>
          {reason}
        </span>
      )}
    </span>
  )
}
