import { type DragEvent, type ReactNode, useRef, useState } from "react"
import { Button } from "./Button.tsx"
import styles from "./DropZone.module.css"

interface Props {
  /** What happens to a dropped file. */
  children: ReactNode
  /** Label of the button that opens the file chooser. */
  choose: string
  /** As the `accept` attribute of a file input; any file by default. */
  accept?: string
  multiple?: boolean
  onFiles: (files: File[]) => Promise<void>
}

/** An area that takes files by drag and drop, or by a file chooser. */
export function DropZone({ children, choose, accept, multiple, onFiles }: Props) {
  const input = useRef<HTMLInputElement>(null)
  const [over, setOver] = useState(false)

  async function take(files: FileList | null) {
    try {
      await onFiles([...(files ?? [])])
    } finally {
      // The same file can be chosen again.
      if (input.current) input.current.value = ""
    }
  }
  function drop(event: DragEvent) {
    event.preventDefault()
    setOver(false)
    void take(event.dataTransfer.files)
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: drag and drop is a shortcut; the button does the same.
    <div
      className={styles.zone}
      data-over={over}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <p>{children}</p>
      <Button onClick={() => input.current?.click()}>{choose}</Button>
      <input
        ref={input}
        type="file"
        accept={accept}
        multiple={multiple}
        hidden
        aria-label={choose}
        onChange={(event) => void take(event.target.files)}
      />
    </div>
  )
}
