// The latest lines of a lease's logs in a ring buffer of bounded memory. React is notified at most once per frame.
import type { LogLine } from "../../../api/types.ts"

export const MOST_LINES = 100_000

/** A line with its number, which is stable while the line is in the buffer. */
export interface NumberedLine extends LogLine {
  number: number
}

export class LogBuffer {
  readonly capacity: number
  private lines: NumberedLine[] = []
  private start = 0
  private listeners = new Set<() => void>()
  private frame: number | null = null
  /** The number of the next line, from 0. */
  next = 0
  /** A snapshot for React, which changes at most once per frame. */
  version = 0

  constructor(capacity = MOST_LINES) {
    this.capacity = capacity
  }

  get length(): number {
    return this.lines.length
  }

  /** The number of the oldest line. */
  get first(): number {
    return this.next - this.lines.length
  }

  at(index: number): NumberedLine | undefined {
    const place = this.start + index
    return this.lines[place < this.capacity ? place : place - this.capacity]
  }

  push(line: LogLine) {
    const numbered = { ...line, number: this.next }
    if (this.lines.length < this.capacity) this.lines.push(numbered)
    else {
      this.lines[this.start] = numbered
      this.start = (this.start + 1) % this.capacity
    }
    this.next += 1
    this.changed()
  }

  clear() {
    this.lines = []
    this.start = 0
    this.changed()
  }

  /** All lines, oldest first. */
  *[Symbol.iterator](): Generator<NumberedLine> {
    for (let index = 0; index < this.length; index += 1) yield this.at(index)!
  }

  private changed() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null
      this.version += 1
      for (const listener of this.listeners) listener()
    })
  }

  subscribe = (listener: () => void) => {
    this.listeners.add(listener)
    return () => {
      this.listeners.delete(listener)
    }
  }
}

/** Drops lines that a resumed stream repeats, as it resumes at a millisecond. */
export class Resume {
  /** Unix milliseconds of the latest line; null before the first. */
  since: number | null = null
  private sent = new Map<string, number>()
  private repeated = new Map<string, number>()

  /** Call when the stream reconnects. */
  again() {
    this.repeated = new Map(this.sent)
  }

  /** Whether a line is new. */
  take({ atMs, service, replica, stream, line }: LogLine): boolean {
    const key = `${service}\n${replica}\n${stream}\n${line}`
    if (this.since !== null && atMs < this.since && this.repeated.size > 0) return false
    if (atMs === this.since) {
      const left = this.repeated.get(key) ?? 0
      if (left > 0) {
        this.repeated.set(key, left - 1)
        return false
      }
    } else if (this.since === null || atMs > this.since) {
      this.since = atMs
      this.sent = new Map()
      this.repeated = new Map()
    }
    if (atMs === this.since) this.sent.set(key, (this.sent.get(key) ?? 0) + 1)
    return true
  }
}

/** The download format: one line each, with time, container and stream. */
export function toText(buffer: Iterable<LogLine>): string {
  const lines: string[] = []
  for (const { atMs, service, replica, stream, line } of buffer) {
    lines.push(`${new Date(atMs).toISOString()} ${service}/${replica} ${stream} ${line}\n`)
  }
  return lines.join("")
}
