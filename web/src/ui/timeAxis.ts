// Labels of time axes: 24-hour times, and the date where the day changes.
import { getLanguage } from "../i18n/language.ts"

/** Tick labels of a time axis, for uPlot's `values`. @param times Unix seconds. */
export function timeTicks(times: number[], increment: number): string[] {
  const locale = getLanguage() === "zh" ? "zh-CN" : "en-GB"
  let day = ""
  return times.map((time) => {
    const date = new Date(time * 1000)
    const today = date.toDateString()
    const changed = day !== today
    day = today
    const dated = date.toLocaleDateString(locale, { day: "numeric", month: "short" })
    if (increment >= 86_400) return dated
    const clock = date.toLocaleTimeString(locale, {
      hour: "2-digit",
      minute: "2-digit",
      second: increment < 60 ? "2-digit" : undefined,
      hour12: false,
    })
    return changed && times.length > 1 && time !== times[0] ? `${clock}\n${dated}` : clock
  })
}
