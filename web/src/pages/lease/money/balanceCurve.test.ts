import { describe, expect, it } from "vitest"
import { event, leaseView, lifeEvents, OPENED } from "../../../../test/lease.ts"
import { replayEvents } from "../../../chain/leaseHistory.ts"
import { moneyAt } from "../Runway.tsx"
import { balanceCurve } from "./balanceCurve.ts"

const life = replayEvents(lifeEvents(), leaseView().terms)
const at = (curve: ReturnType<typeof balanceCurve>, time: number) => {
  const index = curve.times.findLastIndex((each) => each <= time)
  return [curve.balance[index], curve.free[index], curve.earned[index]]
}

describe("the curve of a lease's money", () => {
  it("falls with the rate, jumps at deposits and withdrawals, and ends now", () => {
    const curve = balanceCurve(life, OPENED + 30, OPENED + 30)
    expect(at(curve, OPENED)).toEqual([90_000, 90_000, 0])
    // 12 s at 5 per second.
    expect(at(curve, OPENED + 12)).toEqual([90_000, 89_940, 0])
    // Settled until 10 s for 42; from then on 2 s at 5 and 18 s at 10.
    expect(at(curve, OPENED + 30)).toEqual([99_958, 99_958 - 198, 42])
    expect(curve.times.every((time, index) => index === 0 || time > curve.times[index - 1]!)).toBe(true)
    expect(curve.projected.every((value) => value === null)).toBe(true)
  })

  it("is projected at the rate until it is exhausted", () => {
    const curve = balanceCurve(life, OPENED + 30, OPENED + 130)
    expect(curve.projected.slice(-2)).toEqual([99_760, 98_760])
    expect(curve.balance.at(-1)).toBeNull()
    expect(balanceCurve(life, OPENED + 30, OPENED + 30 + 9_976).projected.at(-1)).toBe(0)
  })

  it("has no projection for a closed lease", () => {
    const closed = replayEvents([...lifeEvents(), event("LeaseClosed", OPENED + 40, {})], leaseView().terms)
    expect(balanceCurve(closed, OPENED + 50, OPENED + 500).projected.every((value) => value === null)).toBe(
      true,
    )
  })

  it("is empty for an unknown lease", () => {
    expect(balanceCurve(replayEvents([], leaseView().terms), 1, 2).times).toEqual([])
  })
})

describe("the money now", () => {
  it("counts on between blocks", () => {
    expect(moneyAt(leaseView(), 0)).toMatchObject({ owed: 100n, free: 99_857n, runway: 9_985n })
    expect(moneyAt(leaseView(), 10)).toMatchObject({ owed: 200n, free: 99_757n, runway: 9_975n })
  })

  it("never owes more than there is", () => {
    expect(moneyAt(leaseView(), 10 ** 9)).toMatchObject({ owed: 99_957n, free: 0n, runway: 0n })
  })

  it("of a closed lease is constant", () => {
    expect(moneyAt(leaseView({ status: "closed" }), 99)).toMatchObject({ owed: 100n, runway: null })
  })
})
