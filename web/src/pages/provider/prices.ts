// Conversion of prices: typed per hour and customary unit, stored per second and base unit.
import type { Prices } from "../../chain/terms.ts"
import { ROWS } from "../../features/offers/PriceList.tsx"
import { parseAmount, RATE_SCALE, type Unit } from "../../i18n/format.ts"

export type PriceName = (typeof ROWS)[number][0]

const HIGHEST = 2n ** 80n - 1n

/** Base units × 1e12 per second and unit, rounded up; null when it is not an amount, or exceeds the contract's field. */
export function priceOf(name: PriceName, text: string, unit: Unit): bigint | null {
  if (text.trim() === "") return 0n
  const [, each, seconds] = ROWS.find(([row]) => row === name)!
  const amount = parseAmount(text, unit)
  if (amount === null) return null
  const units = each * seconds
  const price = (amount * RATE_SCALE + units - 1n) / units
  return price <= HIGHEST ? price : null
}

/** Null while one of them is invalid. */
export function pricesFrom(
  texts: Partial<Record<PriceName, string>>,
  networkKiBps: number,
  unit: Unit,
): Prices | null {
  const read = ROWS.map(([name]) => [name, priceOf(name, texts[name] ?? "", unit)] as const)
  if (read.some(([, price]) => price === null)) return null
  return { ...(Object.fromEntries(read) as unknown as Omit<Prices, "networkKiBps">), networkKiBps }
}
