// The connected account and its menu.

import { DropdownMenu } from "radix-ui"
import { useDisconnect } from "wagmi"
import { shorten } from "../../i18n/format.ts"
import { defineMessages, useMessages } from "../../i18n/language.ts"
import { Button } from "../../ui/Button.tsx"
import styles from "./Connect.module.css"

const messages = defineMessages(
  {
    account: (address: string) => `Account ${address}`,
    copy: "Copy address",
    disconnect: "Disconnect",
  },
  {
    account: (address: string) => `账户 ${address}`,
    copy: "复制地址",
    disconnect: "断开连接",
  },
)

export default function Account({ address }: { address: string }) {
  const t = useMessages(messages)
  const { mutate: disconnect } = useDisconnect()
  return (
    // Not in a portal: the menu belongs to the header's landmark.
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>
        <Button aria-label={t.account(shorten(address))}>
          <span className="mono">{shorten(address)}</span>
        </Button>
      </DropdownMenu.Trigger>
      <DropdownMenu.Content className={styles.menu} align="end" sideOffset={4}>
        <DropdownMenu.Item
          className={styles.item}
          onSelect={() => void navigator.clipboard.writeText(address)}
        >
          {t.copy}
        </DropdownMenu.Item>
        <DropdownMenu.Item className={styles.item} onSelect={() => disconnect({})}>
          {t.disconnect}
        </DropdownMenu.Item>
      </DropdownMenu.Content>
    </DropdownMenu.Root>
  )
}
