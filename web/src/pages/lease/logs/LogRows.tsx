// Renders only the visible lines. Scrolling rerenders this component and nothing around it.
import { useVirtualizer } from "@tanstack/react-virtual"
import { useEffect, useImperativeHandle, useRef, useSyncExternalStore } from "react"
import { LogRow } from "./LogRow.tsx"
import styles from "./Logs.module.css"
import type { LogBuffer } from "./logBuffer.ts"

/** Pixels; the same as in Logs.module.css. */
const ROW = 20

export interface LogRowsHandle {
  /** Scrolls a line to the middle. */
  show: (number: number) => void
}

interface Props {
  buffer: LogBuffer
  label: string
  regex: RegExp | null
  /** The number of the current search match's line. */
  current: number | null
  wrap: boolean
  follow: boolean
  onFollow: (follow: boolean) => void
  ref: React.Ref<LogRowsHandle>
}

export function LogRows({ buffer, label, regex, current, wrap, follow, onFollow, ref }: Props) {
  const box = useRef<HTMLDivElement>(null)
  const all = useRef<HTMLDivElement>(null)
  useSyncExternalStore(buffer.subscribe, () => buffer.version)
  const rows = useVirtualizer({
    count: buffer.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW,
    getItemKey: (index) => buffer.first + index,
    overscan: 10,
  })
  useImperativeHandle(ref, () => ({
    show: (number) => rows.scrollToIndex(number - buffer.first, { align: "center" }),
  }))

  const height = rows.getTotalSize()
  useEffect(() => all.current?.style.setProperty("height", `${height}px`), [height])

  // Keeps the scroll position when the oldest lines are dropped.
  const first = useRef(buffer.first)
  useEffect(() => {
    const gone = buffer.first - first.current
    first.current = buffer.first
    if (gone > 0 && !follow && box.current) box.current.scrollTop -= gone * ROW
  }, [buffer.first, follow])
  const { length, next } = buffer
  // Follows each new line.
  useEffect(() => {
    if (follow && length > 0) rows.scrollToIndex(length - 1, { align: "end" })
  }, [follow, length, next, wrap, rows])

  const top = useRef(0)
  function scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = box.current!
    const atEnd = scrollHeight - scrollTop - clientHeight < ROW * 1.5
    // Scrolling up is always by the user; scrolling down may be by following.
    if (scrollTop < top.current - 1 && !atEnd) onFollow(false)
    else if (atEnd) onFollow(true)
    top.current = scrollTop
  }

  return (
    <div
      ref={box}
      className={styles.box}
      onScroll={scrolled}
      role="log"
      aria-live="off"
      aria-label={label}
      // A scrollable region has to be reachable by keyboard.
      tabIndex={0}
    >
      <div ref={all} className={styles.all}>
        {rows.getVirtualItems().map((row) => {
          const line = buffer.at(row.index)
          return line ? (
            <LogRow
              key={row.key}
              line={line}
              top={row.start}
              index={row.index}
              regex={regex}
              current={line.number === current}
              wrap={wrap}
              measure={wrap ? rows.measureElement : undefined}
            />
          ) : null
        })}
      </div>
    </div>
  )
}
