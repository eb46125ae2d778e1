// The logs of a lease: the last lines first, then each new line.
import { useEffect, useMemo, useState } from "react"
import { openStream, type StreamState } from "../../../api/sse.ts"
import type { LeaseSummary, LogLine } from "../../../api/types.ts"
import { useLeaseSession } from "../../../features/queries/lease.ts"
import { reasonOf } from "../replicas/useLiveUsage.ts"
import { LogBuffer, Resume } from "./logBuffer.ts"

export interface LogFilter {
  /** Empty: all services. */
  service: string
  replica: string
  /** How many past lines. */
  tail: number
}

export interface LogStream {
  buffer: LogBuffer
  state: StreamState
  problem: string | null
}

/** The stream sends a heartbeat every ten seconds. */
const PATIENCE_MS = 15_000

export function useLogs(lease: LeaseSummary, { service, replica, tail }: LogFilter): LogStream {
  const { base, session } = useLeaseSession(lease)
  const [state, setState] = useState<StreamState>("connecting")
  const [problem, setProblem] = useState<string | null>(null)
  const who = session?.address
  // Another filter needs another buffer.
  const buffer = useMemo(() => new LogBuffer(), [lease.id, service, replica, tail])

  useEffect(() => {
    if (base === null || !who) return
    const resume = new Resume()
    return openStream({
      base,
      silenceTimeoutMs: PATIENCE_MS,
      path: () => {
        const query = new URLSearchParams({ follow: "true", tail: String(tail) })
        if (service) query.set("service", service)
        if (replica) query.set("replica", replica)
        if (resume.since !== null) query.set("since", String(resume.since))
        resume.again()
        return `/v1/leases/${lease.id}/logs?${query}`
      },
      onEvent: ({ name, data }) => {
        if (name === "end") return setProblem(reasonOf(data))
        if (name !== "line") return
        const line = JSON.parse(data) as LogLine
        if (resume.take(line)) buffer.push(line)
      },
      onState: (state, error) => {
        setState(state)
        if (state === "live") setProblem(null)
        if (error) setProblem(error.message)
      },
    })
  }, [base, who, lease.id, service, replica, tail, buffer])

  return { buffer, state, problem }
}
