// Addresses, hashes, amounts and times. Each can be copied in full, and addresses and transactions link to the block
// explorer.
import { createContext, type ReactNode, useContext, useState } from "react"
import { formatAmount, formatExact, shorten, type Unit } from "../i18n/format.ts"
import { defineMessages, useLanguage, useMessages } from "../i18n/language.ts"
import { Icon } from "./Icon.tsx"
import styles from "./Values.module.css"

const messages = defineMessages(
  { copy: (what: string) => `Copy ${what}`, copied: "Copied", explorer: "in the explorer" },
  { copy: (what: string) => `复制 ${what}`, copied: "已复制", explorer: "在区块浏览器中查看" },
)

/** URL of a block explorer with /tx/ and /address/; null for none. */
export const ExplorerContext = createContext<string | null>(null)

export function Copy({ text, what }: { text: string; what: string }) {
  const t = useMessages(messages)
  const [copied, setCopied] = useState(false)
  async function copy() {
    await navigator.clipboard.writeText(text)
    setCopied(true)
    setTimeout(() => setCopied(false), 1500)
  }
  return (
    <button
      type="button"
      className={styles.copy}
      onClick={copy}
      aria-label={t.copy(what)}
      title={t.copy(what)}
    >
      <Icon name={copied ? "check" : "copy"} />
      <span className="unseen" aria-live="polite">
        {copied ? t.copied : ""}
      </span>
    </button>
  )
}

function Hex({ hex, path, children }: { hex: string; path?: "address" | "tx"; children?: ReactNode }) {
  const t = useMessages(messages)
  const explorer = useContext(ExplorerContext)
  const shown = children ?? shorten(hex)
  return (
    <span className={styles.hex}>
      {explorer && path ? (
        <a
          href={`${explorer.replace(/\/$/, "")}/${path}/${hex}`}
          target="_blank"
          rel="noreferrer"
          title={`${hex} ${t.explorer}`}
        >
          {shown}
        </a>
      ) : (
        <span title={hex}>{shown}</span>
      )}
      <Copy text={hex} what={shorten(hex)} />
    </span>
  )
}

/** @param you Marks the user's own address. */
export function Address({ of, you }: { of: string; you?: boolean }) {
  const language = useLanguage()
  return (
    <span className={styles.hex}>
      <Hex hex={of} path="address" />
      {you && <span className={styles.you}>{language === "zh" ? "您" : "you"}</span>}
    </span>
  )
}

/** A transaction. */
export function Tx({ of }: { of: string }) {
  return <Hex hex={of} path="tx" />
}

/** Any other hash or id, which no explorer shows. */
export function Hash({ of }: { of: string }) {
  return <Hex hex={of} />
}

/** An amount; the title has all its digits. */
export function Amount({ of, unit }: { of: bigint | string; unit: Unit }) {
  const amount = BigInt(of)
  return (
    <span className="num" title={formatExact(amount, unit)}>
      {formatAmount(amount, unit)}
    </span>
  )
}

// Creating a formatter is a hundred times as expensive as using it, and a table shows many times.
const formats = {
  en: formatsOf("en-GB"),
  zh: formatsOf("zh-CN"),
}

function formatsOf(locale: string) {
  return {
    time: new Intl.DateTimeFormat(locale, { timeStyle: "medium" }),
    day: new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }),
    whole: new Intl.DateTimeFormat(locale, { dateStyle: "short", timeStyle: "medium" }),
  }
}

/** A time. @param of Unix seconds. */
export function When({ of }: { of: number }) {
  const { time, day, whole } = formats[useLanguage()]
  const date = new Date(of * 1000)
  const today = date.toDateString() === new Date().toDateString()
  return (
    <time className="num" dateTime={date.toISOString()} title={whole.format(date)}>
      {(today ? time : day).format(date)}
    </time>
  )
}
