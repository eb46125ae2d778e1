// Why the replica count is what it is: every step, with what the policy saw and wished, and what the contract granted.
import type { Hex } from "viem"
import type { PolicyView, ProofSummary, RulingView } from "../../../api/types.ts"
import type { LeaseHistory, ReplicaStep } from "../../../chain/leaseHistory.ts"
import { leafOf } from "../../../chain/verifyProof.ts"

export interface Explained extends ReplicaStep {
  /** The leaf of the statement that justified it. */
  leaf: Hex | null
  /** The policy's ruling that led to it, where its provider still has it. */
  ruling: RulingView | null
  /** The thresholds then. */
  policy: PolicyView
}

/** How far before a step its ruling may lie: seconds. */
const WINDOW = 60

/** Newest first. */
export function explainSteps(lease: Hex, life: LeaseHistory, rulings: RulingView[]): Explained[] {
  const explained = life.steps.map((step) => {
    const { proven, time } = step
    const policy = life.policies.findLast((each) => each.time <= time)?.policy ?? life.policies[0]!.policy
    const leaf = proven ? leafOf(lease, proven.usage) : null
    return { ...step, leaf, policy, ruling: proven ? rulingOf(step, rulings) : null }
  })
  return explained.reverse()
}

/** The ruling that stands on the same statement, else the last one before the step that wished for its count. */
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
  /** Percent; null where no statement ends. */
  utilization: (number | null)[]
  up: number[]
  target: number[]
  down: number[]
  /** What the policy wished; null before its first ruling. */
  wish: (number | null)[]
}

/** All of it at the same times, so that the charts lie under one another. */
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
