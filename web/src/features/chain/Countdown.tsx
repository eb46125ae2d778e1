import { formatDuration } from "../../i18n/format.ts"
import { defineMessages, useMessages } from "../../i18n/language.ts"
import { When } from "../../ui/Values.tsx"
import { useChainTime } from "./useChainTime.ts"

const messages = defineMessages(
  { left: (span: string) => `${span} left`, over: "ended" },
  { left: (span: string) => `剩余 ${span}`, over: "结束于" },
)

/** The time remaining on the chain's clock. @param until Unix seconds. */
export function Countdown({ until }: { until: number }) {
  const t = useMessages(messages)
  const left = until - useChainTime()
  if (left <= 0) {
    return (
      <span>
        {t.over} <When of={until} />
      </span>
    )
  }
  return (
    <time className="num" dateTime={`PT${left}S`} title={new Date(until * 1000).toLocaleString()}>
      {t.left(formatDuration(left))}
    </time>
  )
}
