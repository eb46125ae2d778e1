// The evidence, checked by its hash: from the lease's provider, or from the user's file.
import { useState } from "react"
import type { Hex } from "viem"
import type { LeaseSummary } from "../../api/types.ts"
import { explainError } from "../../chain/errors.ts"
import {
  type Evidence,
  evidenceOf,
  matchesHash,
  uploadEvidence,
  useEvidence,
} from "../../features/queries/dispute.ts"
import { useEndpoint } from "../../features/queries/market.ts"
import { formatBytes } from "../../i18n/format.ts"
import { defineMessages, useMessages } from "../../i18n/language.ts"
import { Badge } from "../../ui/Badge.tsx"
import { Button } from "../../ui/Button.tsx"
import { DropZone } from "../../ui/DropZone.tsx"
import { Notice, Skeleton } from "../../ui/States.tsx"
import { Hash } from "../../ui/Values.tsx"
import styles from "./Arbiter.module.css"

const messages = defineMessages(
  {
    matches: "matches the hash on chain",
    absent: "The provider does not have it. Drop the file that you received: it is checked by its hash.",
    drop: "Drop a file to compare it with the hash on chain.",
    choose: "Compare a file",
    other: (name: string) => `${name} is not the evidence: its hash differs.`,
    text: "The evidence",
    binary: (size: string) => `A file of ${size}, not text.`,
    save: "Download",
    hand: "Upload to the lease's provider",
    handed: "Uploaded: readers of this dispute can see it now.",
    more: "Only the beginning is shown.",
  },
  {
    matches: "与链上哈希一致",
    absent: "其提供方没有保存该证据。请拖入您收到的文件：将按哈希核对。",
    drop: "拖入文件，与链上哈希比对。",
    choose: "比对文件",
    other: (name: string) => `${name} 不是该证据：哈希不同。`,
    text: "证据",
    binary: (size: string) => `${size} 的文件，不是文本。`,
    save: "保存",
    hand: "上传给租约的提供方",
    handed: "已上传：查看此争议的人现在都能看到它。",
    more: "仅显示开头部分。",
  },
)

/** Characters of a text that are shown. */
const MOST = 20_000

export function DisputeEvidence({ lease, hash }: { lease: LeaseSummary; hash: Hex }) {
  const t = useMessages(messages)
  const base = useEndpoint(lease.provider)
  const found = useEvidence(base, hash)
  const [own, setOwn] = useState<Evidence>()
  const [problem, setProblem] = useState<string>()
  const [handing, setHanding] = useState(false)
  const evidence = own ?? found.data

  async function compare([file]: File[]) {
    if (!file) return
    const bytes = new Uint8Array(await file.arrayBuffer())
    const matches = matchesHash(bytes, hash)
    setOwn(matches ? evidenceOf(bytes) : undefined)
    setProblem(matches ? undefined : t.other(file.name))
  }
  async function hand() {
    setHanding(true)
    setProblem(undefined)
    try {
      await uploadEvidence(base!, hash, own!.bytes)
      await found.refetch()
    } catch (error) {
      setProblem(explainError(error).sentence)
    } finally {
      setHanding(false)
    }
  }

  return (
    <div className="stack-s">
      <div className="row">
        <Hash of={hash} />
        {evidence && <Badge tone="good">{t.matches}</Badge>}
      </div>
      {evidence && <Contents evidence={evidence} hash={hash} />}
      {own && !found.data && base !== null && (
        <div>
          <Button onClick={hand} busy={handing}>
            {t.hand}
          </Button>
        </div>
      )}
      {own && found.data && <Notice tone="good">{t.handed}</Notice>}
      {own && problem && <Notice tone="bad">{problem}</Notice>}
      {found.isLoading && !own && <Skeleton lines={3} />}
      {!evidence && !found.isLoading && (
        <>
          <DropZone choose={t.choose} onFiles={compare}>
            {found.data === null ? t.absent : t.drop}
          </DropZone>
          {problem && <Notice tone="bad">{problem}</Notice>}
        </>
      )}
    </div>
  )
}

function Contents({ evidence: { bytes, text }, hash }: { evidence: Evidence; hash: Hex }) {
  const t = useMessages(messages)
  function save() {
    const url = URL.createObjectURL(new Blob([bytes.slice()], { type: "application/octet-stream" }))
    const link = document.createElement("a")
    link.href = url
    link.download = `evidence-${hash.slice(2, 10)}`
    link.click()
    setTimeout(() => URL.revokeObjectURL(url), 1_000)
  }
  return (
    <>
      {text === null ? (
        <p className="small">{t.binary(formatBytes(bytes.length))}</p>
      ) : (
        <section className={styles.text} aria-label={t.text} tabIndex={0}>
          <pre>{text.slice(0, MOST)}</pre>
        </section>
      )}
      {text !== null && text.length > MOST && <p className="small soft">{t.more}</p>}
      <div>
        <Button onClick={save}>{t.save}</Button>
      </div>
    </>
  )
}
