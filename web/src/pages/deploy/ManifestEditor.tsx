// The editor of the Compose file: type, paste, drop or open. Lines that the provider refuses are marked, and listed
// below with a link to each line.
import { type ChangeEvent, type DragEvent, useId, useRef, useState } from "react"
import { useMessages } from "../../i18n/language.ts"
import { Badge } from "../../ui/Badge.tsx"
import { Button } from "../../ui/Button.tsx"
import { ManifestCheck } from "./ManifestCheck.tsx"
import styles from "./ManifestEditor.module.css"
import { messages } from "./messages.ts"
import { SAMPLE } from "./sample.ts"
import type { ManifestCheckState } from "./useManifestCheck.ts"

interface Props {
  value: string
  onChange: (text: string) => void
  check: ManifestCheckState
}

export function ManifestEditor({ value, onChange, check }: Props) {
  const t = useMessages(messages)
  const id = useId()
  const area = useRef<HTMLTextAreaElement>(null)
  const [over, setOver] = useState(false)
  const lines = value.split("\n")
  const refused = new Set(check.view?.refusals.map(({ line }) => line))

  async function read(file: File | undefined) {
    if (file) onChange(await file.text())
  }
  function drop(event: DragEvent) {
    event.preventDefault()
    setOver(false)
    void read(event.dataTransfer.files[0])
  }
  function pick(event: ChangeEvent<HTMLInputElement>) {
    void read(event.target.files?.[0])
    // The same file can be opened again after it changed.
    event.target.value = ""
  }
  /** Selects a line, counted from 1. */
  function go(line: number) {
    const begin = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0)
    area.current?.focus()
    area.current?.setSelectionRange(begin, begin + (lines[line - 1]?.length ?? 0))
  }

  return (
    <div className="stack-s">
      <div className={styles.head}>
        <label htmlFor={id}>{t.manifest}</label>
        <span className={styles.tools}>
          <label className={styles.file}>
            {t.open}
            <input type="file" accept=".yaml,.yml,.json,text/*" className="unseen" onChange={pick} />
          </label>
          <Button onClick={() => onChange(SAMPLE)}>{t.sample}</Button>
        </span>
      </div>
      <p id={`${id}-hint`} className="soft small">
        {t.manifestHint}
      </p>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is the mouse's way; the button opens a file as well */}
      <div
        className={styles.box}
        data-over={over}
        onDragOver={(event) => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <div className={styles.page}>
          <div className={styles.gutter} aria-hidden="true">
            {lines.map((_, index) => (
              <span key={index} data-refused={refused.has(index + 1)}>
                {index + 1}
              </span>
            ))}
          </div>
          <textarea
            ref={area}
            id={id}
            className={styles.text}
            value={value}
            rows={Math.max(lines.length, 12)}
            wrap="off"
            spellCheck={false}
            autoCapitalize="off"
            autoComplete="off"
            placeholder={t.placeholder}
            aria-describedby={`${id}-hint ${id}-check`}
            aria-invalid={check.view && !check.view.ok ? true : undefined}
            onChange={(event) => onChange(event.target.value)}
          />
        </div>
      </div>
      <div id={`${id}-check`} className={styles.check}>
        {value.trim() === "" ? <Badge>{t.nothing}</Badge> : <ManifestCheck check={check} go={go} />}
      </div>
    </div>
  )
}
