import { describe, expect, it } from "vitest"
import { ETH } from "../../i18n/format.ts"
import { priceOf, pricesFrom } from "./prices.ts"

describe("prices", () => {
  it("are for a second of one unit, rounded up", () => {
    // 0.00001 ETH per core-hour: 1e13 wei × 1e12 / (1000 × 3600), as `tidemark provider offer --price-cpu` computes it.
    expect(priceOf("millicore", "0.00001", ETH)).toBe(2_777_777_777_777_777_778n)
    expect(priceOf("networkMiB", "0.001", ETH)).toBe((10n ** 15n * 10n ** 12n) / 1024n)
  })

  it("are for nothing when nothing is typed", () => {
    expect(pricesFrom({}, 0, ETH)).toMatchObject({ millicore: 0n, gpu: 0n, networkKiBps: 0 })
  })

  it("are none beyond what the contract can hold", () => {
    expect(priceOf("gpu", "5000000", ETH)).toBeNull()
    expect(pricesFrom({ gpu: "x" }, 0, ETH)).toBeNull()
  })
})
