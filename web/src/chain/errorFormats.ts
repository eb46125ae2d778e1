// The type of the messages for custom errors: one entry per error of the ABI, required of both languages by the
// compiler.
import { type ContractErrorArgs, type ContractErrorName, type Hex, hexToString } from "viem"
import { amountOver, formatAmount, formatBasisPoints, HOUR, type Unit } from "../i18n/format.ts"
import type { erc20, market } from "./abi.ts"

type Abi = typeof market | typeof erc20
type ArgsOf<A extends Abi, N> = N extends ContractErrorName<A> ? ContractErrorArgs<A, N> : never
type ErrorName = ContractErrorName<typeof market> | ContractErrorName<typeof erc20>
type Args<N> =
  N extends ContractErrorName<typeof market>
    ? ArgsOf<typeof market, N>
    : N extends ContractErrorName<typeof erc20>
      ? ArgsOf<typeof erc20, N>
      : never

/** What happened, with its numbers; and what to do about it, which may be empty. */
export type Said = readonly [sentence: string, remedy: string]

export type Sentences = {
  [N in ErrorName]: (args: Args<N> extends readonly unknown[] ? Args<N> : readonly [], forms: Forms) => Said
} & {
  /** Solidity's own: `revert("…")`, and panics of arithmetic and arrays. */
  Error: (args: readonly [string], forms: Forms) => Said
  Panic: (args: readonly [bigint], forms: Forms) => Said
}

/** Formatted numbers. */
export interface Forms {
  /** In the currency of the call; in base units when it is unknown. */
  amount: (amount: bigint) => string
  /** In the chain's coin. */
  wei: (amount: bigint) => string
  /** Base units × 1e12 per second, formatted per hour. */
  rate: (rate: bigint) => string
  time: (seconds: bigint | number) => string
  /** Basis points. */
  share: (points: bigint) => string
  hex: (hex: string) => string
  word: (bytes: string) => string
}

/** A number of base units of an unknown currency. */
export const BASE_UNITS: Record<"en" | "zh", Unit> = {
  en: { symbol: "base units", decimals: 0 },
  zh: { symbol: "基本单位", decimals: 0 },
}

export function formsOf(unit: Unit, coin: Unit, locale: string): Forms {
  return {
    amount: (amount) => formatAmount(amount, unit),
    wei: (amount) => formatAmount(amount, coin),
    rate: (rate) => `${formatAmount(amountOver(rate, HOUR), unit)}/h`,
    time: (seconds) => {
      const date = new Date(Number(seconds) * 1000)
      return Number.isNaN(date.getTime())
        ? String(seconds)
        : date.toLocaleString(locale, { dateStyle: "medium", timeStyle: "medium" })
    },
    share: (points) => formatBasisPoints(Number(points)),
    hex: (hex) => (hex.length > 14 ? `${hex.slice(0, 6)}…${hex.slice(-4)}` : hex),
    word: (bytes) => {
      const text = hexToString(bytes as Hex, { size: 32 })
      return /^[\x20-\x7e]+$/.test(text) ? text : bytes
    },
  }
}
