// The lines of a log buffer, with search, following and download.
import { useMemo, useRef, useState, useSyncExternalStore } from "react"
import { defineMessages, useMessages } from "../../../i18n/language.ts"
import { Button } from "../../../ui/Button.tsx"
import { Empty } from "../../../ui/States.tsx"
import { LogRows, type LogRowsHandle } from "./LogRows.tsx"
import styles from "./Logs.module.css"
import { type LogBuffer, toText } from "./logBuffer.ts"
import { SearchBar } from "./SearchBar.tsx"
import { patternOf, Search } from "./search.ts"

const messages = defineMessages(
  {
    log: "Log lines",
    none: "No lines yet",
    noneAbout: "The containers' standard output and standard error appear here.",
    follow: "Follow",
    wrap: "Wrap lines",
    download: "Download",
    lines: (count: string) => `${count} lines`,
    newest: "Jump to the latest line",
  },
  {
    log: "日志行",
    none: "暂无日志",
    noneAbout: "容器的标准输出与标准错误会显示在这里。",
    follow: "跟随",
    wrap: "自动换行",
    download: "下载",
    lines: (count: string) => `${count} 行`,
    newest: "跳到最新一行",
  },
)

export function LogView({ buffer, name }: { buffer: LogBuffer; name: string }) {
  const t = useMessages(messages)
  const rows = useRef<LogRowsHandle>(null)
  const [follow, setFollow] = useState(true)
  const [wrap, setWrap] = useState(false)
  const [text, setText] = useState("")
  const [expression, setExpression] = useState(false)
  const [current, setCurrent] = useState<number | null>(null)
  useSyncExternalStore(buffer.subscribe, () => buffer.version)

  const { regex, problem } = useMemo(() => patternOf(text, expression), [text, expression])
  const search = useMemo(() => (regex ? new Search(regex) : null), [regex])
  const hits = search?.update(buffer) ?? []

  function go(direction: 1 | -1) {
    if (hits.length === 0) return
    const from = current ?? (direction === 1 ? -1 : Number.POSITIVE_INFINITY)
    const next =
      direction === 1
        ? (hits.find((number) => number > from) ?? hits[0]!)
        : (hits.findLast((number) => number < from) ?? hits.at(-1)!)
    setFollow(false)
    setCurrent(next)
    rows.current?.show(next)
  }

  function download() {
    const url = URL.createObjectURL(new Blob([toText(buffer)], { type: "text/plain" }))
    const link = document.createElement("a")
    link.href = url
    link.download = `tidemark-${name}.log`
    link.click()
    setTimeout(() => URL.revokeObjectURL(url), 10_000)
  }

  return (
    <div className="stack-s">
      <SearchBar
        text={text}
        expression={expression}
        problem={problem}
        place={current === null ? null : hits.indexOf(current)}
        count={hits.length}
        onText={(next) => {
          setText(next)
          setCurrent(null)
        }}
        onExpression={setExpression}
        onGo={go}
      />
      <div className="row spread small">
        <div className="row">
          <label className={styles.check}>
            <input type="checkbox" checked={follow} onChange={() => setFollow(!follow)} /> {t.follow}
          </label>
          <label className={styles.check}>
            <input type="checkbox" checked={wrap} onChange={() => setWrap(!wrap)} /> {t.wrap}
          </label>
        </div>
        <div className="row">
          <span className="soft num">{t.lines(buffer.length.toLocaleString("en-US"))}</span>
          <Button onClick={download} disabled={buffer.length === 0}>
            {t.download}
          </Button>
        </div>
      </div>
      <div className={styles.frame}>
        {buffer.length === 0 && (
          <div className={styles.none}>
            <Empty title={t.none}>{t.noneAbout}</Empty>
          </div>
        )}
        <LogRows
          ref={rows}
          buffer={buffer}
          label={t.log}
          regex={regex}
          current={current}
          wrap={wrap}
          follow={follow}
          onFollow={setFollow}
        />
        {!follow && (
          <Button className={styles.newest} onClick={() => setFollow(true)}>
            ↓ {t.newest}
          </Button>
        )}
      </div>
    </div>
  )
}
