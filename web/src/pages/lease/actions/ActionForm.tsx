// The dialog of an action: fields, its effects, the reason for a refusal, and the button that prompts the wallet.
import type { ReactNode } from "react"
import { defineMessages, useMessages } from "../../../i18n/language.ts"
import { ActionButton, Button } from "../../../ui/Button.tsx"
import { Dialog } from "../../../ui/Dialog.tsx"
import { Notice } from "../../../ui/States.tsx"
import styles from "./Actions.module.css"

const messages = defineMessages(
  {
    cancel: "Cancel",
    leave: "Close; the action continues",
    effect: "Effect",
    sign: "Sign in the wallet",
  },
  { cancel: "取消", leave: "关闭（操作继续进行）", effect: "操作结果", sign: "在钱包中签名" },
)

/** A quantity, and its value after the action. */
export type Effect = readonly [name: ReactNode, value: ReactNode]

interface Props {
  title: ReactNode
  about: ReactNode
  effects: readonly Effect[]
  /** Why it would be refused; null when it is allowed. */
  reason: string | null
  /** The label of the button that prompts the wallet. */
  label?: string
  danger?: boolean
  busy: boolean
  problem: string | null
  proposal?: ReactNode
  onSubmit: () => void
  onClose: () => void
  children?: ReactNode
}

export function ActionForm(props: Props) {
  const {
    title,
    about,
    effects,
    reason,
    label,
    danger,
    busy,
    problem,
    proposal,
    onSubmit,
    onClose,
    children,
  } = props
  const t = useMessages(messages)
  return (
    <Dialog title={title} about={about} open onOpenChange={(open) => !open && onClose()}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault()
          if (reason === null && !busy) onSubmit()
        }}
      >
        {children}
        {effects.length > 0 && (
          <dl className={styles.preview} aria-label={t.effect}>
            {effects.map(([name, value], place) => (
              <Row key={place} name={name} value={value} />
            ))}
          </dl>
        )}
        {problem && <Notice tone="bad">{problem}</Notice>}
        <div className="row spread">
          <Button kind="quiet" onClick={onClose}>
            {busy ? t.leave : t.cancel}
          </Button>
          <ActionButton type="submit" kind={danger ? "danger" : "primary"} reason={reason} busy={busy}>
            {label ?? t.sign}
          </ActionButton>
        </div>
      </form>
      {proposal}
    </Dialog>
  )
}

function Row({ name, value }: { name: ReactNode; value: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  )
}
