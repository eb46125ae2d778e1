import type { ReactNode } from "react"
import { useMessages } from "../../i18n/language.ts"
import { Badge, type Tone } from "../../ui/Badge.tsx"
import styles from "./DeploymentProgress.module.css"
import { messages } from "./progressMessages.ts"

export type State = "done" | "working" | "waiting" | "failed" | "now"

const TONES: Record<State, Tone> = {
  done: "good",
  working: "info",
  waiting: "plain",
  failed: "bad",
  now: "warn",
}

interface Props {
  title: string
  state: State
  /** While it is active or waits for the user. */
  children?: ReactNode
}

export function Step({ title, state, children }: Props) {
  const t = useMessages(messages)
  return (
    <li
      className={styles.step}
      data-state={state}
      aria-current={state === "done" || state === "waiting" ? undefined : "step"}
    >
      <div className={styles.stepHead}>
        <h3>{title}</h3>
        <Badge tone={TONES[state]}>{t.states[state]}</Badge>
      </div>
      {children && state !== "waiting" && <div className="stack-s">{children}</div>}
    </li>
  )
}
