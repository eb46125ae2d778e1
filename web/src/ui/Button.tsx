import { type ButtonHTMLAttributes, type ReactNode, useId } from "react"
import styles from "./Button.module.css"

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: "plain" | "primary" | "danger" | "quiet"
  /** In progress: disabled and announced as busy. */
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
  /** Why it is disabled, as a sentence; null when it is enabled. */
  reason: ReactNode | null
}

/** A button for an action that the chain may refuse: then it is disabled and shows the reason. */
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
