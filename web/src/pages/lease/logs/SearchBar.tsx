// The search over the buffered lines.

import { defineMessages, useMessages } from "../../../i18n/language.ts"
import { Button } from "../../../ui/Button.tsx"
import { TextField } from "../../../ui/Field.tsx"
import styles from "./Logs.module.css"

const messages = defineMessages(
  {
    search: "Search",
    expression: "Regular expression",
    next: "Next match",
    previous: "Previous match",
    count: (place: number | null, count: number) =>
      count === 0 ? "no line matches" : place === null ? `${count} lines match` : `${place + 1} of ${count}`,
    bad: "This is not a valid regular expression",
  },
  {
    search: "搜索",
    expression: "正则表达式",
    next: "下一个匹配",
    previous: "上一个匹配",
    count: (place: number | null, count: number) =>
      count === 0 ? "没有匹配的行" : place === null ? `${count} 行匹配` : `第 ${place + 1} / ${count} 个`,
    bad: "不是有效的正则表达式",
  },
)

interface Props {
  text: string
  expression: boolean
  problem: string | null
  /** The index of the current match. */
  place: number | null
  count: number
  onText: (text: string) => void
  onExpression: (expression: boolean) => void
  onGo: (direction: 1 | -1) => void
}

export function SearchBar({ text, expression, problem, place, count, onText, onExpression, onGo }: Props) {
  const t = useMessages(messages)
  return (
    <search className={styles.find}>
      <div className={styles.field}>
        <TextField
          label={t.search}
          type="search"
          value={text}
          spellCheck={false}
          problem={problem && `${t.bad}: ${problem}`}
          onChange={onText}
          onKeyDown={(event) => {
            if (event.key === "Enter") onGo(event.shiftKey ? -1 : 1)
          }}
        />
      </div>
      <label className={`${styles.check} small`}>
        <input type="checkbox" checked={expression} onChange={() => onExpression(!expression)} />
        {t.expression}
      </label>
      <Button aria-label={t.previous} title={t.previous} disabled={count === 0} onClick={() => onGo(-1)}>
        ↑
      </Button>
      <Button aria-label={t.next} title={t.next} disabled={count === 0} onClick={() => onGo(1)}>
        ↓
      </Button>
      <span className="soft small num" role="status">
        {text && !problem && t.count(place, count)}
      </span>
    </search>
  )
}
