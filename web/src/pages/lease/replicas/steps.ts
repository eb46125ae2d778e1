// Explains the replica count: every step, with what the autoscaler observed and wanted, and what the contract granted.
import type { Hex } from "viem"
import type { PolicyView, ProofSummary, RulingView } from "../../../api/types.ts"
import type { LeaseHistory, ReplicaStep } from "../../../chain/leaseHistory.ts"
import { leafOf } from "../../../chain/verifyProof.ts"

export interface Explained extends ReplicaStep {
  /** The leaf of the statement that justified it. */
  leaf: Hex | null
  /** The autoscaler's decision behind it, if the provider still has it. */
  ruling: RulingView | null
  /** The thresholds at that time. */
  policy: PolicyView
}

/** Seconds within which a decision may precede its step. */
const WINDOW = 60

/** Latest first. */
export function explainSteps(lease: Hex, life: LeaseHistory, rulings: RulingView[]): Explained[] {
  const explained = life.steps.map((step) => {
    const { proven, time } = step
    const policy = life.policies.findLast((each) => each.time <= time)?.policy ?? life.policies[0]!.policy
    const leaf = proven ? leafOf(lease, proven.usage) : null
    return { ...step, leaf, policy, ruling: proven ? rulingOf(step, rulings) : null }
  })
  return explained.reverse()
}

/** The decision based on the same statement, otherwise the last one before the step that wanted its count. */
function rulingOf({ proven, time, to }: ReplicaStep, rulings: RulingView[]): RulingView | null {
  const granted = rulings.filter((ruling) => ruling.granted === to && ruling.outcome !== "steady")
  const same = granted.find(({ evidence }) => evidence?.epoch === proven?.epoch)
  if (same) return same
  const before = granted.filter(({ atMs }) => atMs / 1000 <= time + 5 && atMs / 1000 >= time - WINDOW)
  return before.at(-1) ?? null
}

export interface Curves {
  times: number[]
  replicas: number[]
  /** Percent; null at times without a statement. */
  utilization: (number | null)[]
  up: number[]
  target: number[]
  down: number[]
  /** The count that the autoscaler wanted; null before its first decision. */
  wish: (number | null)[]
}

/** All series at common times, so that the charts align. */
export function curvesOf(
  life: LeaseHistory,
  proofs: ProofSummary[],
  rulings: RulingView[],
  now: number,
): Curves {
  const byTime = new Map(proofs.map(({ usage }) => [usage.time, usage.utilization / 100]))
  const wishes = rulings
    .map(({ atMs, wish }) => ({ time: Math.floor(atMs / 1000), wish }))
    .sort((a, b) => a.time - b.time)
  const first = life.entries[0]?.event.time ?? now
  const times = [
    ...new Set([
      ...life.entries.map(({ event }) => event.time),
      ...byTime.keys(),
      ...wishes.map(({ time }) => Math.max(time, first)),
      Math.max(now, first),
    ]),
  ].sort((a, b) => a - b)
  let moment = -1
  let policy = 0
  let wished = -1
  const curves: Curves = { times, replicas: [], utilization: [], up: [], target: [], down: [], wish: [] }
  for (const time of times) {
    while ((life.entries[moment + 1]?.event.time ?? Number.POSITIVE_INFINITY) <= time) moment += 1
    while ((life.policies[policy + 1]?.time ?? Number.POSITIVE_INFINITY) <= time) policy += 1
    while ((wishes[wished + 1]?.time ?? Number.POSITIVE_INFINITY) <= time) wished += 1
    const thresholds = life.policies[policy]?.policy
    curves.replicas.push(life.entries[moment]?.replicas ?? 0)
    curves.utilization.push(byTime.get(time) ?? null)
    curves.up.push(thresholds?.up ?? 0)
    curves.target.push(thresholds?.target ?? 0)
    curves.down.push(thresholds?.down ?? 0)
    curves.wish.push(wishes[wished]?.wish ?? null)
  }
  return curves
}
