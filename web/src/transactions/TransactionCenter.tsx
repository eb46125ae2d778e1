import { useEffect, useState } from "react"
import { useClient, useConfig, useConnection } from "wagmi"
import { getConnectorClient } from "wagmi/actions"
import { onReorg } from "../api/eventStream.ts"
import type { Wallet } from "../chain/call.ts"
import { explainError } from "../chain/errors.ts"
import type { Reader } from "../chain/reader.ts"
import { defineMessages, useMessages } from "../i18n/language.ts"
import { Badge, type Tone } from "../ui/Badge.tsx"
import { Button } from "../ui/Button.tsx"
import { Dialog } from "../ui/Dialog.tsx"
import { Icon } from "../ui/Icon.tsx"
import { Empty } from "../ui/States.tsx"
import { Tx, When } from "../ui/Values.tsx"
import { clearEnded, type TransactionEntry, updateTransaction, useTransactions } from "./store.ts"
import styles from "./TransactionCenter.module.css"
import { recheck, speedUp } from "./useTransact.ts"

const messages = defineMessages(
  {
    title: "Transactions",
    open: (waiting: number) => (waiting ? `Transactions, ${waiting} waiting` : "Transactions"),
    none: "No transactions yet",
    noneAbout:
      "Transactions that you send from this page are listed here, from the wallet's prompt to the block.",
    tidy: "Clear ended transactions",
    details: "Details",
    dismiss: "Dismiss",
    speedUp: "Speed up",
    states: {
      asking: "In your wallet",
      pending: "Waiting for a block",
      mined: "Mined",
      failed: "Failed",
      dropped: "Replaced",
    },
    block: (block: number) => `block ${block}`,
  },
  {
    title: "交易",
    open: (waiting: number) => (waiting ? `交易，${waiting} 笔待处理` : "交易"),
    none: "暂无交易",
    noneAbout: "您在此页面签名并发送的交易会列在这里，从钱包确认到写入区块。",
    tidy: "清除已结束的交易",
    details: "详情",
    dismiss: "知道了",
    speedUp: "加速",
    states: {
      asking: "等待钱包确认",
      pending: "等待上链",
      mined: "已上链",
      failed: "失败",
      dropped: "已被替换",
    },
    block: (block: number) => `区块 ${block}`,
  },
)

const TONES: Record<TransactionEntry["state"], Tone> = {
  asking: "info",
  pending: "info",
  mined: "good",
  failed: "bad",
  dropped: "warn",
}

/** The header's button with the number of pending transactions, and the drawer that lists all of them. */
export function TransactionCenter() {
  const t = useMessages(messages)
  const entries = useTransactions()
  const reader = useClient() as Reader | undefined
  const [open, setOpen] = useState(false)
  const waiting = entries.filter(({ state }) => state === "asking" || state === "pending").length
  const newest = entries[0]

  useEffect(() => {
    if (!reader) return
    void recheck(reader)
    return onReorg((from) => void recheck(reader, from))
  }, [reader])

  // No promise awaits a transaction that was sent before a reload.
  useEffect(() => {
    if (!reader || waiting === 0) return
    const timer = setInterval(() => void recheck(reader, Number.POSITIVE_INFINITY), 4_000)
    return () => clearInterval(timer)
  }, [reader, waiting])

  return (
    <>
      <Button kind="quiet" onClick={() => setOpen(true)} aria-label={t.open(waiting)}>
        <Icon name="transactions" />
        {waiting > 0 && <span className={styles.count}>{waiting}</span>}
      </Button>
      <p className="unseen" role="status">
        {newest && `${newest.label}: ${t.states[newest.state]}. ${newest.sentence ?? ""}`}
      </p>
      <Dialog title={t.title} open={open} onOpenChange={setOpen} drawer>
        {entries.length === 0 ? (
          <Empty title={t.none}>{t.noneAbout}</Empty>
        ) : (
          <>
            <ol className={styles.list}>
              {entries.map((entry) => (
                <TransactionLine key={entry.id} entry={entry} />
              ))}
            </ol>
            <Button onClick={clearEnded}>{t.tidy}</Button>
          </>
        )}
      </Dialog>
      <Toast entry={newest} onOpen={() => setOpen(true)} />
    </>
  )
}

function TransactionLine({ entry }: { entry: TransactionEntry }) {
  const t = useMessages(messages)
  const { id, label, state, hash, block, sentence, remedy, at } = entry
  return (
    <li className={styles.line}>
      <div className="row spread">
        <strong>{label}</strong>
        <Badge tone={TONES[state]}>{t.states[state]}</Badge>
      </div>
      <div className="row soft small">
        <When of={Math.floor(at / 1000)} />
        {hash && <Tx of={hash} />}
        {block !== undefined && <span>{t.block(block)}</span>}
      </div>
      {sentence && <p className="small">{sentence}</p>}
      {remedy && <p className="small soft">{remedy}</p>}
      {state === "pending" && hash && <SpeedUpButton id={id} hash={hash} />}
    </li>
  )
}

function SpeedUpButton({ id, hash }: { id: string; hash: `0x${string}` }) {
  const t = useMessages(messages)
  const config = useConfig()
  const reader = useClient() as Reader | undefined
  const { address } = useConnection()
  const [busy, setBusy] = useState(false)
  async function faster() {
    setBusy(true)
    try {
      const wallet = (await getConnectorClient(config, { chainId: config.chains[0].id })) as Wallet
      await speedUp(wallet, reader!, id, hash)
    } catch (error) {
      updateTransaction(id, { sentence: explainError(error).sentence })
    } finally {
      setBusy(false)
    }
  }
  return (
    <Button onClick={faster} busy={busy} disabled={!address || !reader}>
      {t.speedUp}
    </Button>
  )
}

/** The latest transaction: shown for a few seconds after it is mined, and until it is dismissed when it failed. */
function Toast({ entry, onOpen }: { entry: TransactionEntry | undefined; onOpen: () => void }) {
  const t = useMessages(messages)
  const mark = entry && `${entry.id}${entry.state}`
  const [begin] = useState(mark)
  const [seen, setSeen] = useState<string>()
  useEffect(() => {
    if (!mark || entry?.state !== "mined") return
    const timer = setTimeout(() => setSeen(mark), 5_000)
    return () => clearTimeout(timer)
  }, [mark, entry?.state])
  if (!entry || mark === begin || mark === seen) return null
  return (
    <div className={styles.toast}>
      <div className="stack-s">
        <div className="row spread">
          <strong>{entry.label}</strong>
          <Badge tone={TONES[entry.state]}>{t.states[entry.state]}</Badge>
        </div>
        {entry.sentence && <p className="small">{entry.sentence}</p>}
        {entry.remedy && <p className="small soft">{entry.remedy}</p>}
        <div className="row">
          <Button onClick={onOpen}>{t.details}</Button>
          <Button kind="quiet" onClick={() => setSeen(mark)}>
            {t.dismiss}
          </Button>
        </div>
      </div>
    </div>
  )
}
