// A live time series on a canvas. It draws at most once per frame and only while visible; React renders it once.
import { useEffect, useRef, useSyncExternalStore } from "react"
import uPlot from "uplot"
import "uplot/dist/uPlot.min.css"
import { getTheme, subscribeTheme } from "../browser/theme.ts"
import styles from "./LiveChart.module.css"
import { timeTicks } from "./timeAxis.ts"

/** Samples, downsampled to the plot's pixels when drawn. */
export interface LiveSource {
  /** Incremented with each change. */
  readonly version: number
  /** Unix seconds of the latest sample; null for none. */
  newest: () => number | null
  /** Ascending times and one array of values per line, for a plot of this many pixels. */
  reduce: (from: number, to: number, pixels: number) => [number[], ...(number | null)[][]]
  /** The latest value of each line; null for none. */
  latest: () => (number | null)[]
}

interface Props {
  title: string
  source: LiveSource
  lines: { label: string; color: string }[]
  format: (value: number) => string
  /** Seconds shown. */
  span: number
  height?: number
}

function colorOf(token: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(token).trim()
}

export function LiveChart({ title, source, lines, format, span, height = 110 }: Props) {
  const place = useRef<HTMLDivElement>(null)
  const value = useRef<HTMLSpanElement>(null)
  const theme = useSyncExternalStore(subscribeTheme, getTheme)
  const shape = lines.map(({ label, color }) => label + color).join()
  const latest = useRef({ lines, format })
  latest.current = { lines, format }
  // Recreated when the theme or the set of lines changes.
  useEffect(() => {
    const box = place.current
    if (!box) return
    const { lines, format } = latest.current
    const font = "11px system-ui"
    const axis = {
      stroke: colorOf("--ink-soft"),
      grid: { stroke: colorOf("--line"), width: 1 },
      ticks: { show: false },
      font,
    }
    const plot = new uPlot(
      {
        width: box.clientWidth || 300,
        height,
        legend: { show: false },
        cursor: { show: false },
        scales: { y: { range: (_, __, max) => [0, (max ?? 0) * 1.1 || 1] } },
        axes: [
          {
            ...axis,
            size: 24,
            space: 72,
            values: (_, times, __, ___, increment) => timeTicks(times, increment),
          },
          {
            ...axis,
            size: 64,
            space: 22,
            // Without samples there is no scale.
            values: (self, ticks) => ticks.map((tick) => (self.data[0].length > 0 ? format(tick) : "")),
          },
        ],
        series: [
          {},
          ...lines.map(({ color }) => ({
            stroke: colorOf(color),
            width: 1.25,
            points: { show: false },
            fill: lines.length === 1 ? `${colorOf(color)}1f` : undefined,
          })),
        ],
      },
      [[], ...lines.map(() => [])] as unknown as uPlot.AlignedData,
      box,
    )
    let drawn = -1
    let seen = true
    let frame = 0
    const draw = () => {
      frame = requestAnimationFrame(draw)
      if (!seen || drawn === source.version) return
      drawn = source.version
      const to = source.newest()
      if (to === null) return
      const data = source.reduce(to - span, to, Math.max(50, plot.bbox.width / devicePixelRatio))
      plot.setData(data as uPlot.AlignedData, false)
      plot.setScale("x", { min: to - span, max: to })
      const now = source.latest()
      if (value.current) {
        value.current.textContent = now.map((each) => (each === null ? "–" : format(each))).join(" · ")
      }
    }
    const size = new ResizeObserver(() => {
      plot.setSize({ width: box.clientWidth, height })
      drawn = -1
    })
    size.observe(box)
    const watch =
      typeof IntersectionObserver === "undefined"
        ? null
        : new IntersectionObserver(([entry]) => {
            seen = entry?.isIntersecting ?? true
          })
    watch?.observe(box)
    draw()
    return () => {
      cancelAnimationFrame(frame)
      size.disconnect()
      watch?.disconnect()
      plot.destroy()
    }
  }, [source, shape, span, height, theme])

  return (
    <figure className={styles.strip}>
      <figcaption className={styles.head}>
        <span className={styles.title}>{title}</span>
        {lines.length > 1 && (
          <span className={styles.legend}>
            {lines.map(({ label, color }) => (
              <span key={label} data-color={color} className={styles.key}>
                {label}
              </span>
            ))}
          </span>
        )}
        <span ref={value} className={styles.value}>
          –
        </span>
      </figcaption>
      <div ref={place} aria-hidden="true" className={styles.plot} />
    </figure>
  )
}
