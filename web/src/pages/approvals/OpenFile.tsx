// Opens files of proposals and consents, dropped or chosen. No provider is involved.
import { useState } from "react"
import { useClient } from "wagmi"
import { InvalidProposal, parseProposal } from "../../chain/proposals.ts"
import type { Reader } from "../../chain/reader.ts"
import { storeProposal } from "../../features/proposals/proposals.ts"
import { defineMessages, useLanguage, useMessages } from "../../i18n/language.ts"
import { DropZone } from "../../ui/DropZone.tsx"
import { Notice } from "../../ui/States.tsx"

const messages = defineMessages(
  {
    about: "Drop a proposal file here, made by tidemark … --propose or by this page. Its consents are added.",
    choose: "Open a file",
    opened: (count: number) => (count === 1 ? "One proposal was opened." : `${count} proposals were opened.`),
  },
  {
    about: "将提议文件拖到这里（由 tidemark … --propose 或此页面生成）。其中的同意会一并加入。",
    choose: "打开文件",
    opened: (count: number) => `已打开 ${count} 个提议。`,
  },
)

export function OpenFile() {
  const t = useMessages(messages)
  const language = useLanguage()
  const reader = useClient() as Reader
  const [said, setSaid] = useState<{ tone: "good" | "bad"; text: string }>()

  async function open(files: File[]) {
    for (const file of files) {
      try {
        storeProposal(parseProposal(await file.text(), reader))
      } catch (error) {
        if (!(error instanceof InvalidProposal)) throw error
        setSaid({ tone: "bad", text: `${file.name}: ${error.reason[language]}` })
        return
      }
    }
    if (files.length > 0) setSaid({ tone: "good", text: t.opened(files.length) })
  }

  return (
    <div className="stack-s">
      <DropZone choose={t.choose} accept="application/json,.json" multiple onFiles={open}>
        {t.about}
      </DropZone>
      {said && <Notice tone={said.tone}>{said.text}</Notice>}
    </div>
  )
}
