// Opens the files in which actions and consents travel: dropped here, or chosen. No provider is needed.
import { type DragEvent, useRef, useState } from "react"
import { useClient } from "wagmi"
import { keep } from "../../api/mailbox.ts"
import { BadProposal, parseProposal } from "../../chain/proposals.ts"
import type { Reader } from "../../chain/reader.ts"
import { Button } from "../../parts/Button.tsx"
import { Notice } from "../../parts/States.tsx"
import { speak, useLanguage, useWords } from "../../words/language.ts"
import styles from "./Approvals.module.css"

const words = speak(
  {
    about:
      "Drop an action's file here, as tidemark … --propose or this page writes it. Consents in it are added.",
    choose: "Open a file",
    opened: (count: number) => (count === 1 ? "One action was opened." : `${count} actions were opened.`),
  },
  {
    about: "将操作文件拖到这里（由 tidemark … --propose 或此页面生成）。其中的同意会一并加入。",
    choose: "打开文件",
    opened: (count: number) => `已打开 ${count} 个操作。`,
  },
)

export function OpenFile() {
  const t = useWords(words)
  const language = useLanguage()
  const reader = useClient() as Reader
  const input = useRef<HTMLInputElement>(null)
  const [over, setOver] = useState(false)
  const [said, setSaid] = useState<{ tone: "good" | "bad"; text: string }>()

  async function open(files: FileList | null) {
    const list = [...(files ?? [])]
    try {
      for (const file of list) {
        try {
          keep(parseProposal(await file.text(), reader))
        } catch (error) {
          if (!(error instanceof BadProposal)) throw error
          setSaid({ tone: "bad", text: `${file.name}: ${error.reason[language]}` })
          return
        }
      }
      if (list.length > 0) setSaid({ tone: "good", text: t.opened(list.length) })
    } finally {
      if (input.current) input.current.value = ""
    }
  }
  function drop(event: DragEvent) {
    event.preventDefault()
    setOver(false)
    void open(event.dataTransfer.files)
  }

  return (
    <div className="stack-s">
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is a shortcut; the button does the same. */}
      <div
        className={styles.drop}
        data-over={over}
        onDragOver={(event) => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <p>{t.about}</p>
        <Button onClick={() => input.current?.click()}>{t.choose}</Button>
        <input
          ref={input}
          type="file"
          accept="application/json,.json"
          multiple
          hidden
          aria-label={t.choose}
          onChange={(event) => void open(event.target.files)}
        />
      </div>
      {said && <Notice tone={said.tone}>{said.text}</Notice>}
    </div>
  )
}
