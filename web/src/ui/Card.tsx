import { type ReactNode, useId } from "react"
import styles from "./Card.module.css"

interface Props {
  title?: ReactNode
  /** Beside the title. */
  aside?: ReactNode
  children: ReactNode
  /** Without padding, for tables. */
  flush?: boolean
}

/** A section of a page with its own heading. */
export function Card({ title, aside, children, flush }: Props) {
  const id = useId()
  return (
    <section className={styles.card} aria-labelledby={title ? id : undefined}>
      {title && (
        <header className={styles.head}>
          <h2 id={id}>{title}</h2>
          {aside}
        </header>
      )}
      <div className={flush ? styles.flush : styles.body}>{children}</div>
    </section>
  )
}
