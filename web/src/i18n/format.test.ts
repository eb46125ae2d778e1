import { describe, expect, it } from "vitest"
import {
  amountOver,
  ETH,
  formatAmount,
  formatBytes,
  formatDuration,
  formatExact,
  formatFigure,
  formatNumber,
  parseAmount,
  rateOf,
  roundUp,
} from "./format.ts"

const USD = { symbol: "USDC", decimals: 6 }

describe("amounts", () => {
  it.each([
    [0n, "0 ETH"],
    [1n, "0.000000000000000001 ETH"],
    [123_456_789n, "0.000000000123456 ETH"],
    [10n ** 18n, "1 ETH"],
    [1_234_567_890_000_000_000n, "1.23456 ETH"],
    [1_234_567n * 10n ** 18n + 1n, "1,234,567 ETH"],
    [-5n * 10n ** 17n, "−0.5 ETH"],
  ])("%s wei are %s", (amount, text) => {
    expect(formatAmount(amount, ETH)).toBe(text)
  })

  it("are never shown as zero when they are not", () => {
    for (let amount = 1n; amount < 10n ** 24n; amount = amount * 7n + 1n) {
      expect(formatNumber(amount, 18)).not.toBe("0")
    }
  })

  it("are truncated, never rounded up", () => {
    expect(formatAmount(999_999_999n, USD)).toBe("999.999 USDC")
    expect(formatExact(999_999_999n, USD)).toBe("999.999999 USDC")
  })

  it.each([
    ["1", 10n ** 6n],
    ["0.5", 500_000n],
    [".25", 250_000n],
    ["1,000.000001", 1_000_000_001n],
    ["1.0000000", 10n ** 6n],
  ])("reads %s", (text, amount) => {
    expect(parseAmount(text, USD)).toBe(amount)
  })

  it.each(["", ".", "-1", "1e6", "0x1", "1.0000001", "one"])("refuses %s", (text) => {
    expect(parseAmount(text, USD)).toBeNull()
  })
})

describe("proposals", () => {
  it.each([
    [0n, 0n],
    [999n, 999n],
    [1_001n, 1_010n],
    [1_010n, 1_010n],
    [289_800_000_000_001n, 290_000_000_000_000n],
    [9_995n, 10_000n],
  ])("%s is proposed as %s", (amount, proposed) => {
    expect(roundUp(amount)).toBe(proposed)
  })
})

describe("rates", () => {
  it("round an owed amount up", () => {
    expect(amountOver(1n, 1n)).toBe(1n)
    expect(amountOver(10n ** 12n, 3600n)).toBe(3600n)
    expect(amountOver(10n ** 12n + 1n, 1n)).toBe(2n)
    expect(rateOf(3600n, 3600n)).toBe(10n ** 12n)
  })
})

describe("spans and sizes", () => {
  it.each([
    [0, "0s"],
    [59, "59s"],
    [3661, "1h 1m"],
    [90_000, "1d 1h"],
    [2n ** 255n, "∞"],
  ])("%s seconds are %s", (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text)
  })

  it("sizes are binary", () => {
    expect(formatBytes(1536)).toBe("1.50 KiB")
    expect(formatBytes(12)).toBe("12 B")
  })

  it.each([
    [0, "0"],
    [0.00000012345, "0.000000123"],
    [12.345, "12.3"],
    [1234.5, "1,235"],
    [-0.5, "-0.5"],
  ])("the figure %s has at most three digits that count", (value, text) => {
    expect(formatFigure(value)).toBe(text)
  })
})
