import { Dialog as Radix } from "radix-ui"
import { type ReactNode, useRef } from "react"
import { defineMessages, useMessages } from "../i18n/language.ts"
import { Button } from "./Button.tsx"
import styles from "./Dialog.module.css"
import { Icon } from "./Icon.tsx"

const messages = defineMessages({ close: "Close" }, { close: "关闭" })

interface Props {
  title: ReactNode
  /** A sentence under the title. */
  about?: ReactNode
  open: boolean
  onOpenChange: (open: boolean) => void
  children: ReactNode
  /** At the side, over the full height. */
  drawer?: boolean
}

/** Traps the focus, closes on Escape, and restores the focus. */
export function Dialog({ title, about, open, onOpenChange, children, drawer }: Props) {
  const t = useMessages(messages)
  // Radix restores the focus to its own trigger; here any button may open the dialog.
  const opener = useRef<Element | null>(null)
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className={styles.scrim} />
        <Radix.Content
          className={drawer ? styles.drawer : styles.dialog}
          {...(about ? {} : { "aria-describedby": undefined })}
          onOpenAutoFocus={() => {
            opener.current = document.activeElement
          }}
          onCloseAutoFocus={(event) => {
            event.preventDefault()
            if (opener.current instanceof HTMLElement) opener.current.focus()
          }}
        >
          <header className={styles.head}>
            <Radix.Title className={styles.title}>{title}</Radix.Title>
            <Radix.Close asChild>
              <Button kind="quiet" aria-label={t.close}>
                <Icon name="close" />
              </Button>
            </Radix.Close>
          </header>
          {about && <Radix.Description className="soft small">{about}</Radix.Description>}
          <div className={styles.body}>{children}</div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
