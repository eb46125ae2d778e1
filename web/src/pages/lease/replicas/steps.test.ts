import { describe, expect, it } from "vitest"
import { event, LEASE, leaseView, lifeEvents, OPENED, USAGE } from "../../../../test/lease.ts"
import type { RulingView } from "../../../api/types.ts"
import { replayEvents } from "../../../chain/leaseHistory.ts"
import { leafOf } from "../../../chain/verifyProof.ts"
import { wanted } from "./StepList.tsx"
import { curvesOf, explainSteps } from "./steps.ts"

const { terms, policy } = leaseView()
const ruling = (time: number, wish: number, change: Partial<RulingView> = {}): RulingView => ({
  atMs: time * 1000,
  policy: "threshold",
  seen: {
    ready: 1,
    starting: 0,
    utilization: 0.9,
    arrivals: null,
    waiting: 0,
    latency: null,
    capacity: null,
    delay: 7,
    demand: 1.2,
  },
  bounds: { min: 1, max: 3, affordable: 9 },
  present: 1,
  wish,
  reason: "load 90 %",
  granted: wish,
  bound: null,
  outcome: "stepping",
  evidence: null,
  ...change,
})
const byProof = ruling(OPENED + 11, 2, {
  evidence: { epoch: 3, time: USAGE.time, utilization: 8500, leaf: "0x" },
})

describe("a step is explained", () => {
  const other = { ...policy, up: 90 }
  const events = [
    ...lifeEvents(),
    event("PolicySet", OPENED + 30, { policy: other }),
    event("LeaseScaled", OPENED + 40, { replicas: 3 }),
  ]
  const [tenants, providers] = explainSteps(LEASE, replayEvents(events, terms), [
    ruling(OPENED + 9, 2),
    byProof,
  ])

  it("by the statement under a root and the decision based on it", () => {
    expect(providers).toMatchObject({ from: 1, to: 2, ruling: byProof, policy: { up: 80 } })
    expect(providers!.leaf).toBe(leafOf(LEASE, USAGE))
  })

  it("by the tenant's transaction, with the policy in force", () => {
    expect(tenants).toMatchObject({
      from: 2,
      to: 3,
      proven: null,
      ruling: null,
      leaf: null,
      policy: { up: 90 },
    })
  })

  it("not by another step's decision", () => {
    const life = replayEvents(lifeEvents(), terms)
    expect(explainSteps(LEASE, life, [ruling(OPENED - 500, 2)])[0]!.ruling).toBeNull()
    expect(explainSteps(LEASE, life, [ruling(OPENED + 9, 3)])[0]!.ruling).toBeNull()
  })
})

it.each([
  [1, 8500, 70, 2],
  [2, 430, 70, 1],
  [3, 20_000, 50, 6],
  [3, 0, 70, 0],
])("%s replicas at %s basis points of a target of %s %% want %s", (replicas, load, target, count) => {
  expect(wanted(replicas, load, target)).toBe(count)
})

it("the curves have one value at each time, replicas and thresholds held between", () => {
  const proofs = [{ epoch: 3, root: LEASE, postedAt: null, rootTx: null, usage: USAGE }]
  const curves = curvesOf(replayEvents(lifeEvents(), terms), proofs, [byProof], OPENED + 25)
  expect(curves.times).toEqual([OPENED, 1010, 1011, 1012, 1015, 1020, 1025])
  expect(curves.replicas).toEqual([1, 1, 1, 2, 2, 2, 2])
  expect(curves.utilization).toEqual([null, 85, null, null, null, null, null])
  expect(curves.wish).toEqual([null, null, 2, 2, 2, 2, 2])
  expect(new Set(curves.up)).toEqual(new Set([80]))
})
