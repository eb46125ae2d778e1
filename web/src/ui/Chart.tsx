// A time series on a canvas. Colours are design tokens and follow the theme; screen readers get the summary.
import { useEffect, useRef, useSyncExternalStore } from "react"
import uPlot from "uplot"
import "uplot/dist/uPlot.min.css"
import { getTheme, subscribeTheme } from "../browser/theme.ts"
import { defineMessages, useMessages } from "../i18n/language.ts"
import styles from "./Chart.module.css"
import { timeTicks } from "./timeAxis.ts"

const messages = defineMessages({ time: "Time" }, { time: "时间" })

export interface Line {
  label: string
  /** A design token: `--series-1`. */
  color: string
  /** One value per time; null for none. */
  values: (number | null)[]
  /** Keeps a value until the next one, as a replica count does. */
  stepped?: boolean
  dashed?: boolean
  /** Fills the area down to zero. */
  filled?: boolean
  /** Connects the points around a null. */
  bridged?: boolean
  format?: (value: number) => string
}

/** A moment that is marked with a vertical line, such as a step of the replica count. */
export interface Moment {
  time: number
  label: string
}

interface Props {
  /** What the chart shows, as a sentence. */
  summary: string
  /** Unix seconds, ascending. */
  times: number[]
  lines: Line[]
  moments?: Moment[]
  height?: number
  /** The y axis starts at 0 and reaches at least this. */
  atLeast?: number
}

function colorOf(token: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(token).trim()
}

export function Chart({ summary, times, lines, moments = [], height = 180, atLeast = 0 }: Props) {
  const { time } = useMessages(messages)
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const theme = useSyncExternalStore(subscribeTheme, getTheme)
  const shown = useRef(moments)
  shown.current = moments
  const data = [times, ...lines.map((line) => line.values)] as uPlot.AlignedData
  const shape = lines.map((line) => `${line.label}${line.color}${line.stepped}${line.dashed}`).join()
  const latest = useRef({ lines, data })
  latest.current = { lines, data }

  useEffect(() => {
    const box = place.current
    if (!box) return
    const { lines, data } = latest.current
    const axis = {
      stroke: colorOf("--ink-soft"),
      grid: { stroke: colorOf("--line"), width: 1 },
      ticks: { show: false },
    }
    const format = lines[0]?.format
    const options: uPlot.Options = {
      width: box.clientWidth || 300,
      height,
      legend: { show: lines.length > 1, live: true },
      cursor: { y: false, points: { size: 6 } },
      scales: { y: { range: (_, __, max) => [0, Math.max(atLeast, max ?? 0) * 1.08 || 1] } },
      axes: [
        {
          ...axis,
          font: "11px system-ui",
          size: 38,
          space: 72,
          values: (_, times, __, ___, increment) => timeTicks(times, increment),
        },
        {
          ...axis,
          font: "11px system-ui",
          size: 64,
          values: format && ((_, ticks) => ticks.map((tick) => format(tick))),
        },
      ],
      series: [
        { label: time },
        ...lines.map((line) => ({
          label: line.label,
          stroke: colorOf(line.color),
          width: 1.5,
          dash: line.dashed ? [5, 4] : undefined,
          fill: line.filled ? `${colorOf(line.color)}22` : undefined,
          paths: line.stepped ? uPlot.paths.stepped?.({ align: 1 }) : undefined,
          points: { show: false },
          spanGaps: line.bridged,
          // The latest value while the pointer is elsewhere.
          value: (self: uPlot, pointed: number | null, series: number) => {
            const all = self.data[series] as (number | null)[] | undefined
            const value = pointed ?? all?.findLast((each) => each != null) ?? null
            return value === null ? "–" : line.format ? line.format(value) : String(value)
          },
        })),
      ],
      hooks: { draw: [(self) => drawMoments(self, shown.current)] },
    }
    const made = new uPlot(options, data, box)
    plot.current = made
    const watch = new ResizeObserver(() => made.setSize({ width: box.clientWidth, height }))
    watch.observe(box)
    return () => {
      watch.disconnect()
      made.destroy()
      plot.current = null
    }
  }, [shape, theme, height, atLeast, time])

  useEffect(() => {
    plot.current?.setData(latest.current.data)
  })

  return (
    <figure className={styles.chart}>
      <div ref={place} aria-hidden="true" />
      <figcaption className="unseen">{summary}</figcaption>
    </figure>
  )
}

function drawMoments(self: uPlot, moments: Moment[]) {
  const { ctx, bbox } = self
  ctx.save()
  ctx.strokeStyle = colorOf("--series-2")
  ctx.fillStyle = colorOf("--series-2")
  ctx.lineWidth = devicePixelRatio
  ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio])
  ctx.textAlign = "left"
  ctx.font = `${11 * devicePixelRatio}px system-ui`
  for (const moment of moments) {
    const x = self.valToPos(moment.time, "x", true)
    if (x < bbox.left || x > bbox.left + bbox.width) continue
    ctx.beginPath()
    ctx.moveTo(x, bbox.top)
    ctx.lineTo(x, bbox.top + bbox.height)
    ctx.stroke()
    ctx.fillText(moment.label, x + 3 * devicePixelRatio, bbox.top + 11 * devicePixelRatio)
  }
  ctx.restore()
}
