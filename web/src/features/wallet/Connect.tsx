// Connecting a wallet, the connected account, and switching to the market's chain.

import { lazy, Suspense, useState } from "react"
import { useConfig as useChainConfig, useConnect, useConnection, useConnectors, useSwitchChain } from "wagmi"
import { useConfig } from "../../api/config.ts"
import { retryImport } from "../../browser/retryImport.ts"
import { explainError } from "../../chain/errors.ts"
import { shorten } from "../../i18n/format.ts"
import { defineMessages, useMessages } from "../../i18n/language.ts"
import { Button } from "../../ui/Button.tsx"
import { Dialog } from "../../ui/Dialog.tsx"
import { Empty, Notice } from "../../ui/States.tsx"
import styles from "./Connect.module.css"

const messages = defineMessages(
  {
    connect: "Connect wallet",
    about: "The wallet signs; this page never sees your keys. You can browse without a wallet.",
    none: "This browser has no wallet",
    noneAbout: "Install a browser wallet (EIP-6963), or use the command line with a keystore.",
    wrong: (found: number, wanted: string) =>
      `Your wallet is on chain ${found}; this market is on ${wanted}.`,
    change: (wanted: string) => `Switch to ${wanted}`,
  },
  {
    connect: "连接钱包",
    about: "由钱包签名，私钥不会进入此页面。仅浏览无需钱包。",
    none: "此浏览器没有钱包",
    noneAbout: "请安装浏览器钱包（EIP-6963），或使用命令行与密钥库。",
    wrong: (found: number, wanted: string) => `您的钱包位于链 ${found}，而此市场位于 ${wanted}。`,
    change: (wanted: string) => `切换到 ${wanted}`,
  },
)

// The menu's code is loaded only once a wallet is connected.
const Account = lazy(retryImport(() => import("./Account.tsx")))

export function Connect() {
  const { address } = useConnection()
  if (!address) return <Choose />
  return (
    <Suspense
      fallback={
        <Button>
          <span className="mono">{shorten(address)}</span>
        </Button>
      }
    >
      <Account address={address} />
    </Suspense>
  )
}

function Choose() {
  const t = useMessages(messages)
  const connectors = useConnectors()
  const { mutateAsync: connect, isPending } = useConnect()
  const [open, setOpen] = useState(false)
  const [problem, setProblem] = useState<string>()
  // The generic injected connector duplicates the first announced wallet; it serves wallets that do not announce
  // themselves.
  const named = connectors.filter(({ id }) => id !== "injected")
  const offered = named.length > 0 ? named : "ethereum" in window ? connectors : []

  async function choose(connector: (typeof connectors)[number]) {
    setProblem(undefined)
    try {
      await connect({ connector })
      setOpen(false)
    } catch (error) {
      setProblem(explainError(error).sentence)
    }
  }

  return (
    <>
      <Button kind="primary" onClick={() => setOpen(true)}>
        {t.connect}
      </Button>
      <Dialog title={t.connect} about={t.about} open={open} onOpenChange={setOpen}>
        {offered.length === 0 && <Empty title={t.none}>{t.noneAbout}</Empty>}
        {offered.map((connector) => (
          <Button
            key={connector.uid}
            onClick={() => choose(connector)}
            busy={isPending}
            className={styles.wallet}
          >
            {connector.icon?.startsWith("data:") && (
              <img src={connector.icon} alt="" width={24} height={24} />
            )}
            {connector.name}
          </Button>
        ))}
        {problem && <Notice tone="bad">{problem}</Notice>}
      </Dialog>
    </>
  )
}

/** Shown above the page while the wallet is on another chain. */
export function WrongChain() {
  const t = useMessages(messages)
  const { chainName } = useConfig()
  const wanted = useChainConfig().chains[0].id
  const { address, chainId } = useConnection()
  const { mutate: change, isPending, error } = useSwitchChain()
  if (!address || chainId === undefined || chainId === wanted) return null
  return (
    <Notice>
      <div className="row">
        <span>{t.wrong(chainId, chainName)}</span>
        <Button onClick={() => change({ chainId: wanted })} busy={isPending}>
          {t.change(chainName)}
        </Button>
        {error && <span>{explainError(error).sentence}</span>}
      </div>
    </Notice>
  )
}
