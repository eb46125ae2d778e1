// A measured value and its target, in the format of `tests/src/bench.rs`.
import { test } from "@playwright/test"

export interface Figure {
  name: string
  value: number
  unit: string
  target: number | null
  ok: boolean
}

type Target = { atMost: number } | { atLeast: number } | null

/** The reporter prints it. */
export function tell(name: string, value: number, unit: string, target: Target) {
  const ok = target === null || ("atMost" in target ? value <= target.atMost : value >= target.atLeast)
  const against = target === null ? null : "atMost" in target ? target.atMost : target.atLeast
  const figure: Figure = { name, value: rounded(value), unit, target: against, ok }
  test.info().annotations.push({ type: "figure", description: JSON.stringify(figure) })
}

/** Four significant digits exceed the repeatability of these measurements; counts stay integers. */
function rounded(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(4))
}

/** A percentile by the nearest-rank method. */
export function percentile(samples: number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b)
  const rank = Math.ceil(share * sorted.length)
  return sorted[Math.min(Math.max(rank, 1), sorted.length) - 1]!
}
