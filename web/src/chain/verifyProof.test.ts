import { StandardMerkleTree } from "@openzeppelin/merkle-tree"
import { describe, expect, it } from "vitest"
import { event, LEASE, leaseView, lifeEvents, OPENED, proofView, USAGE } from "../../test/lease.ts"
import { check, climb, type FoundRoot, leafOf, reservedAt } from "./verifyProof.ts"

const proof = proofView()
const onChain: FoundRoot = {
  onChain: proof.root.slice(0, 58) as `0x${string}`,
  source: "contract",
  postedAt: USAGE.time + 1,
}
const verdict = (change: Partial<typeof proof> = {}, root = onChain, paid = 42n, events = lifeEvents()) =>
  check(leaseView(), LEASE, { ...proof, ...change }, root, paid, events)

describe("leaf and path", () => {
  it.each([0, 1, 2, 7, 100])("match OpenZeppelin's library, with %s other leases", (others) => {
    const made = proofView(others)
    expect(leafOf(made.lease, made.usage)).toBe(made.leaf)
    expect(climb(made.leaf, made.path).at(-1)).toBe(made.root)
    expect(StandardMerkleTree.verify(made.root, made.leafEncoding, made.values, made.path)).toBe(true)
  })
})

describe("a verification", () => {
  it("holds for what the provider posted", () => {
    const { holds, statement, path, root, physics, settlements, bound } = verdict()
    expect(holds).toBe(true)
    expect([statement, path, root, physics, settlements, bound].every((part) => part.holds)).toBe(true)
    expect(bound).toMatchObject({ paid: 42n, price: 42n, reserved: 50n, deposited: 100_000n, settled: true })
    expect(path.nodes).toHaveLength(proof.path.length + 1)
  })

  it("fails when the lease's id is not the hash of the given terms", () => {
    const found = check(leaseView(), proof.root, proof, onChain, 42n, lifeEvents())
    expect([found.holds, found.terms.holds, found.statement.holds]).toEqual([false, false, true])
  })

  it("fails when a counter was changed", () => {
    const { holds, statement, path, root } = verdict({ usage: { ...USAGE, cpuNanos: "2000000001" } })
    expect(holds).toBe(false)
    expect([statement.holds, path.holds, root.holds]).toEqual([false, false, false])
  })

  it("fails when a node of the path was changed", () => {
    const path = [proof.lease, ...proof.path.slice(1)]
    const found = verdict({ path })
    expect([found.statement.holds, found.path.holds, found.root.holds]).toEqual([true, false, false])
  })

  it("fails when the provider names another root than the chain has", () => {
    const other = proofView(9)
    const found = verdict({ root: other.root, path: other.path, leaf: other.leaf })
    expect([found.statement.holds, found.path.holds, found.root.holds]).toEqual([true, true, false])
  })

  it("fails when the chain has no root of the epoch", () => {
    expect(verdict({}, { onChain: null, source: "event", postedAt: null }).root.holds).toBe(false)
  })

  it("takes the whole root from its event", () => {
    expect(verdict({}, { onChain: proof.root, source: "event", postedAt: null }).holds).toBe(true)
  })

  it("fails when the statement is later than its root", () => {
    expect(verdict({}, { ...onChain, postedAt: USAGE.time - 1 }).root.holds).toBe(false)
  })

  it("fails when more was used than the shape has", () => {
    const greedy = proofView(4, { ...USAGE, cpuNanos: "2500000001" })
    const found = check(leaseView(), LEASE, greedy, { ...onChain, onChain: greedy.root }, 42n, lifeEvents())
    expect(found.statement.holds && found.root.holds).toBe(true)
    expect(found.physics).toMatchObject({ holds: false, cpu: 2_500_000_001n, mostCpu: 2_500_000_000n })
  })

  it("fails when more was paid than its settlements say", () => {
    expect(verdict({}, onChain, 43n).settlements).toMatchObject({
      holds: false,
      sum: 42n,
      paid: 43n,
      count: 1,
    })
  })

  it("fails when more was paid than was proven", () => {
    const events = [
      ...lifeEvents(),
      event("Settled", OPENED + 21, { time: String(OPENED + 10), amount: "1" }),
    ]
    const found = verdict({}, onChain, 43n, events)
    expect(found.settlements.holds).toBe(true)
    expect(found.bound).toMatchObject({ holds: false, paid: 43n, price: 42n })
  })

  it("ignores later payments for an older statement", () => {
    const events = [
      ...lifeEvents(),
      event("Settled", OPENED + 31, { time: String(OPENED + 30), amount: "90" }),
    ]
    expect(verdict({}, onChain, 132n, events).bound).toMatchObject({ holds: true, paid: 42n })
  })
})

it("the reserved amount follows the steps", () => {
  expect(reservedAt(lifeEvents(), leaseView().terms, OPENED + 10)).toBe(50n)
  expect(reservedAt(lifeEvents(), leaseView().terms, OPENED + 22)).toBe(160n)
})
