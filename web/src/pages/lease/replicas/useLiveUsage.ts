// A lease's usage: the past from `/series`, then live samples from `/live`.
import { useEffect, useMemo, useState } from "react"
import { providerApi, unwrap } from "../../../api/client.ts"
import { openStream, type StreamState } from "../../../api/sse.ts"
import type { LeaseSummary, LiveView } from "../../../api/types.ts"
import { explainError } from "../../../chain/errors.ts"
import { useLeaseSession } from "../../../features/queries/lease.ts"
import type { LiveSource } from "../../../ui/LiveChart.tsx"
import { reduce, Series } from "./series.ts"

export const COLUMNS = ["cpu", "memoryBytes", "network", "requests", "failed", "waiting", "latency"] as const
export type Column = (typeof COLUMNS)[number]

/** The stream sends a heartbeat every ten seconds. */
const PATIENCE_MS = 15_000

export interface LiveUsage {
  series: Series<Column>
  state: StreamState
  /** Why there is no stream, or why it ended. */
  problem: string | null
}

/** @param span Seconds of the past. */
export function useLiveUsage(lease: LeaseSummary, span: number): LiveUsage {
  const { base, session } = useLeaseSession(lease)
  const series = useMemo(() => new Series<Column>(COLUMNS), [])
  const [state, setState] = useState<StreamState>("connecting")
  const [problem, setProblem] = useState<string | null>(null)
  const who = session?.address

  useEffect(() => {
    if (base === null || !who) return
    const controller = new AbortController()
    // Live samples are queued until the past is loaded.
    let waiting: LiveView[] | null = []
    const add = (view: LiveView) => series.push(view.atMs / 1000, view)

    async function read(base: string) {
      const since = Date.now() - span * 1000
      try {
        const past = await unwrap(
          providerApi(base, controller.signal).GET("/v1/leases/{id}/series", {
            params: { path: { id: lease.id }, query: { since, step: 1 } },
          }),
        )
        series.clear()
        past.atMs.forEach((atMs, index) => {
          const { cpu, memoryBytes, network } = past
          series.push(atMs / 1000, {
            cpu: cpu[index],
            memoryBytes: memoryBytes[index],
            network: network[index],
          })
        })
      } catch (error) {
        if (!controller.signal.aborted) setProblem(explainError(error).sentence)
      }
      for (const view of waiting ?? []) add(view)
      waiting = null
    }
    void read(base)
    const stop = openStream({
      base,
      path: () => `/v1/leases/${lease.id}/live`,
      silenceTimeoutMs: PATIENCE_MS,
      onEvent: ({ name, data }) => {
        if (name === "end") return setProblem(reasonOf(data))
        if (name !== "live") return
        const view = JSON.parse(data) as LiveView
        if (waiting) waiting.push(view)
        else add(view)
      },
      onState: (state, error) => {
        setState(state)
        if (state === "live") setProblem(null)
        if (error) setProblem(error.message)
      },
    })
    return () => {
      controller.abort()
      stop()
    }
  }, [base, who, lease.id, series, span])

  return { series, state, problem }
}

/** The reason in an `end` event. */
export function reasonOf(data: string): string {
  try {
    const end = JSON.parse(data) as { reason?: string } | string
    return typeof end === "string" ? end : (end.reason ?? data)
  } catch {
    return data
  }
}

/** Columns of a series as the source of a live chart. */
export function sourceOf(series: Series<Column>, columns: readonly Column[], scale = 1): LiveSource {
  return {
    get version() {
      return series.version
    },
    newest: () => (series.length > 0 ? series.timeAt(series.length - 1) : null),
    reduce: (from, to, pixels) => {
      const { times, values } = reduce(series, columns, from, to, pixels)
      if (scale !== 1) {
        for (const line of values) {
          line.forEach((value, index) => {
            if (value !== null) line[index] = value * scale
          })
        }
      }
      return [times, ...values]
    },
    latest: () =>
      columns.map((column) => {
        if (series.length === 0) return null
        const value = series.values[column][series.at(series.length - 1)]!
        return Number.isNaN(value) ? null : value * scale
      }),
  }
}
