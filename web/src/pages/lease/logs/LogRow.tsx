// One line of a log, rendered as text and never as markup.
import { memo } from "react"
import { type Run, runsOf } from "./ansi.ts"
import styles from "./Logs.module.css"
import type { NumberedLine } from "./logBuffer.ts"
import { highlight } from "./search.ts"

/** Longer lines are truncated: they exceed any screen and slow the browser down. */
const LONGEST = 8_000

interface Props {
  line: NumberedLine
  /** Pixels from the top of the first line. */
  top: number
  index: number
  regex: RegExp | null
  current: boolean
  wrap: boolean
  measure?: (element: HTMLElement | null) => void
}

function shownRuns(line: string): Run[] {
  if (line.length <= LONGEST) return runsOf(line)
  return [
    ...runsOf(line.slice(0, LONGEST)),
    { text: ` … +${line.length - LONGEST}`, color: null, bold: true },
  ]
}

export const LogRow = memo(function Line({ line, top, index, regex, current, wrap, measure }: Props) {
  const pieces = highlight(shownRuns(line.line), regex)
  const failed = line.stream === "stderr"
  const time = new Date(line.atMs)
  return (
    <div
      ref={(element) => {
        element?.style.setProperty("transform", `translateY(${top}px)`)
        measure?.(element)
      }}
      data-index={index}
      className={styles.line}
      data-stderr={failed || undefined}
      data-current={current || undefined}
      data-wrap={wrap || undefined}
    >
      <time className={styles.time} dateTime={time.toISOString()} title={time.toISOString()}>
        {time.toTimeString().slice(0, 8)}.{String(time.getMilliseconds()).padStart(3, "0")}
      </time>
      <span className={styles.source}>
        {line.service}/{line.replica}
      </span>
      <abbr className={styles.stream} title={line.stream}>
        {failed ? "err" : "out"}
      </abbr>
      <span className={styles.text}>
        {pieces.map(({ text, color, bold, marked }, place) => {
          const look = [color === null ? "" : styles[`color${color}`], bold ? styles.bold : ""]
            .join(" ")
            .trim()
          if (marked) {
            return (
              <mark key={place} className={styles.mark}>
                {text}
              </mark>
            )
          }
          return look ? (
            <span key={place} className={look}>
              {text}
            </span>
          ) : (
            text
          )
        })}
      </span>
    </div>
  )
})
