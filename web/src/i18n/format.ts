// Numbers for people. Amounts are truncated, so that none is shown higher than it is, and none above zero is shown as
// zero.

export interface Unit {
  symbol: string
  decimals: number
}

export const ETH: Unit = { symbol: "ETH", decimals: 18 }

/** A rate is base units × this, per second. */
export const RATE_SCALE = 10n ** 12n
export const HOUR = 3600n
export const MONTH = 30n * 24n * HOUR

/** Significant digits of an amount. */
const DIGITS = 6

/** `1.234567 ETH` of an amount in base units; truncated to six significant digits, with all digits of the integer part. */
export function formatAmount(amount: bigint, unit: Unit): string {
  return `${formatNumber(amount, unit.decimals)} ${unit.symbol}`
}

/** The same without the symbol. */
export function formatNumber(amount: bigint, decimals: number): string {
  const sign = amount < 0n ? "−" : ""
  const digits = (amount < 0n ? -amount : amount).toString().padStart(decimals + 1, "0")
  const whole = digits.slice(0, digits.length - decimals)
  const fraction = decimals === 0 ? "" : digits.slice(digits.length - decimals)
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",")
  const zeros = fraction.length - fraction.replace(/^0+/, "").length
  const kept = whole === "0" ? zeros + DIGITS : Math.max(DIGITS - whole.length, 0)
  const shown = fraction.slice(0, kept).replace(/0+$/, "")
  return sign + grouped + (shown ? `.${shown}` : "")
}

/** All digits, for titles and the clipboard. */
export function formatExact(amount: bigint, unit: Unit): string {
  const sign = amount < 0n ? "-" : ""
  const digits = (amount < 0n ? -amount : amount).toString().padStart(unit.decimals + 1, "0")
  const cut = digits.length - unit.decimals
  const fraction = digits.slice(cut).replace(/0+$/, "")
  return `${sign}${digits.slice(0, cut)}${fraction ? `.${fraction}` : ""} ${unit.symbol}`
}

/** What a rate amounts to in a number of seconds, in base units, rounded up: an amount owed is never shown too low. */
export function amountOver(rate: bigint, seconds: bigint): bigint {
  return (rate * seconds + RATE_SCALE - 1n) / RATE_SCALE
}

/** The rate that amounts to this in a number of seconds, rounded down. */
export function rateOf(amount: bigint, seconds: bigint): bigint {
  return (amount * RATE_SCALE) / seconds
}

/** Rounds up to a number of significant digits: for a proposed amount that must suffice. */
export function roundUp(amount: bigint, digits = 3): bigint {
  const more = amount.toString().length - digits
  if (amount <= 0n || more <= 0) return amount
  const unit = 10n ** BigInt(more)
  return ((amount + unit - 1n) / unit) * unit
}

/** Parses user input; null when it is not an amount of this unit. */
export function parseAmount(text: string, unit: Unit): bigint | null {
  const match = /^\s*(\d*)(?:\.(\d*))?\s*$/.exec(text.replaceAll(",", ""))
  if (!match || (!match[1] && !match[2])) return null
  const fraction = (match[2] ?? "").replace(/0+$/, "")
  if (fraction.length > unit.decimals) return null
  return BigInt((match[1] || "0") + fraction.padEnd(unit.decimals, "0"))
}

/** `3d 4h`, `12m 5s`: the two largest units. */
export function formatDuration(seconds: number | bigint): string {
  const total = Number(seconds)
  if (total > 100 * 365 * 86_400) return "∞"
  const units = [
    [86_400, "d"],
    [3600, "h"],
    [60, "m"],
    [1, "s"],
  ] as const
  let left = Math.max(0, Math.floor(total))
  const first = units.findIndex(([size]) => left >= size)
  if (first < 0) return "0s"
  const parts: string[] = []
  for (const [size, name] of units.slice(first, first + 2)) {
    const count = Math.floor(left / size)
    left %= size
    if (count > 0) parts.push(`${count}${name}`)
  }
  return parts.join(" ")
}

/** `1.5 GiB` of bytes. */
export function formatBytes(bytes: number): string {
  const names = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"]
  let value = bytes
  let index = 0
  while (Math.abs(value) >= 1024 && index < names.length - 1) {
    value /= 1024
    index += 1
  }
  return `${index === 0 ? value : value.toPrecision(3)} ${names[index]}`
}

/** Basis points as `42.5 %`. */
export function formatBasisPoints(points: number): string {
  return `${(points / 100).toFixed(points % 100 === 0 ? 0 : 1)} %`
}

/** At most three significant digits; a value other than zero is never shown as 0. */
export function formatFigure(value: number): string {
  if (value === 0) return "0"
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString("en-US")
  // Without exponents such as 1e-7.
  return value.toLocaleString("en-US", { maximumSignificantDigits: 3 })
}

/** `0x1234…abcd` of a longer address, hash or id. */
export function shorten(hex: string): string {
  return hex.length > 14 ? `${hex.slice(0, 6)}…${hex.slice(-4)}` : hex
}
