import { describe, expect, it } from "vitest"
import { reduce, Series } from "./series.ts"

function filled(count: number, capacity = 86_400) {
  const series = new Series(["cpu", "latency"], capacity)
  for (let second = 0; second < count; second += 1) series.push(second, { cpu: second % 10 })
  return series
}

describe("a series", () => {
  it("keeps the newest and forgets the oldest", () => {
    const series = filled(25, 10)
    expect(series.length).toBe(10)
    expect(Array.from({ length: 10 }, (_, index) => series.timeAt(index))).toEqual([
      15, 16, 17, 18, 19, 20, 21, 22, 23, 24,
    ])
    expect(series.indexOf(18)).toBe(3)
    expect(series.indexOf(99)).toBe(10)
  })

  it("drops what it has already", () => {
    const series = filled(5)
    const { version } = series
    series.push(4, { cpu: 77 })
    series.push(2, { cpu: 77 })
    expect(series.length).toBe(5)
    expect(series.version).toBe(version)
  })
})

describe("reducing to the pixels", () => {
  it("gives all where there are few", () => {
    const { times, values } = reduce(filled(5), ["cpu", "latency"], 1, 3, 100)
    expect(times).toEqual([1, 2, 3])
    expect(values).toEqual([
      [1, 2, 3],
      [null, null, null],
    ])
  })

  it("gives at most two points a pixel, and loses no spike", () => {
    const series = filled(86_400)
    series.values.cpu[series.at(40_001)] = 1_000
    series.values.cpu[series.at(40_002)] = -5
    const { times, values } = reduce(series, ["cpu"], 0, 86_399, 800)
    expect(times.length).toBeLessThanOrEqual(1_600)
    expect(times.length).toBeGreaterThan(1_500)
    expect(Math.max(...(values[0] as number[]))).toBe(1_000)
    expect(Math.min(...(values[0] as number[]))).toBe(-5)
    expect(times.every((time, index) => index === 0 || time > times[index - 1]!)).toBe(true)
  })

  it("leaves a gap where nothing was sampled", () => {
    const { values } = reduce(filled(1_000), ["latency"], 0, 999, 10)
    expect(values[0]!.every((value) => value === null)).toBe(true)
  })

  it("cuts a day in a few milliseconds", () => {
    const series = filled(100_000)
    const begin = performance.now()
    for (let round = 0; round < 10; round += 1) reduce(series, ["cpu", "latency"], 13_600, 100_000, 1_000)
    expect((performance.now() - begin) / 10).toBeLessThan(50)
  })
})
