// Search in the buffered lines.

import { plainOf, type Run } from "./ansi.ts"
import type { LogBuffer } from "./logBuffer.ts"

export interface Pattern {
  regex: RegExp | null
  /** Why a regular expression is invalid. */
  problem: string | null
}

/** @param expression Whether the text is a regular expression; otherwise it is searched literally. Case-insensitive. */
export function patternOf(text: string, expression: boolean): Pattern {
  if (text === "") return { regex: null, problem: null }
  const source = expression ? text : text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")
  try {
    return { regex: new RegExp(source, "giu"), problem: null }
  } catch (error) {
    return { regex: null, problem: error instanceof Error ? error.message : String(error) }
  }
}

/** The ranges of matches, [begin, end) each; empty matches are skipped. */
export function matchesOf(text: string, regex: RegExp): [number, number][] {
  const found: [number, number][] = []
  for (const match of text.matchAll(regex)) {
    if (match[0].length > 0) found.push([match.index, match.index + match[0].length])
  }
  return found
}

/**
 * The numbers of the matching lines, ascending. Incremental: scans only new lines, and drops those that left the
 * buffer.
 */
export class Search {
  readonly regex: RegExp
  private seen = 0
  hits: number[] = []

  constructor(regex: RegExp) {
    this.regex = regex
  }

  update(buffer: LogBuffer): number[] {
    const { first, next } = buffer
    if (this.hits.length > 0 && this.hits[0]! < first)
      this.hits = this.hits.filter((number) => number >= first)
    const added: number[] = []
    for (let number = Math.max(this.seen, first); number < next; number += 1) {
      this.regex.lastIndex = 0
      if (this.regex.test(plainOf(buffer.at(number - first)!.line))) added.push(number)
    }
    this.seen = next
    if (added.length > 0) this.hits = this.hits.concat(added)
    return this.hits
  }
}

export interface Piece extends Run {
  marked: boolean
}

/** The runs of a line, split at the boundaries of matches. */
export function highlight(runs: Run[], regex: RegExp | null): Piece[] {
  if (!regex) return runs.map((run) => ({ ...run, marked: false }))
  const matches = matchesOf(runs.map(({ text }) => text).join(""), regex)
  const pieces: Piece[] = []
  let offset = 0
  for (const run of runs) {
    let from = offset
    const end = offset + run.text.length
    for (const [begin, until] of matches) {
      if (until <= from || begin >= end) continue
      const left = Math.max(begin, from)
      const right = Math.min(until, end)
      if (left > from)
        pieces.push({ ...run, text: run.text.slice(from - offset, left - offset), marked: false })
      pieces.push({ ...run, text: run.text.slice(left - offset, right - offset), marked: true })
      from = right
    }
    if (from < end || run.text === "") {
      pieces.push({ ...run, text: run.text.slice(from - offset), marked: false })
    }
    offset = end
  }
  return pieces
}
