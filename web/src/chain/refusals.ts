// What went wrong, as a sentence and what to do about it: of the market's custom errors, of a wallet's refusal, of a node.
import {
  BaseError,
  ContractFunctionRevertedError,
  decodeErrorResult,
  type Hex,
  InsufficientFundsError,
  RawContractError,
  TimeoutError,
  UserRejectedRequestError,
} from "viem"
import { ApiError, Unreachable } from "../api/client.ts"
import { market } from "./abi.ts"

export interface Refusal {
  /** The custom error's name, or a word of ours: `rejected`, `unfunded`, `unreachable`, `refused`, `unknown`. */
  name: string
  sentence: string
  /** What to do; empty when there is nothing. */
  remedy: string
  arguments: readonly unknown[]
}

/** The market's custom error in what viem threw; null when there is none. */
export function customError(error: unknown): { name: string; arguments: readonly unknown[] } | null {
  if (!(error instanceof BaseError)) return null
  const reverted = error.walk((cause) => cause instanceof ContractFunctionRevertedError)
  if (reverted instanceof ContractFunctionRevertedError && reverted.data) {
    return { name: reverted.data.errorName, arguments: (reverted.data.args ?? []) as readonly unknown[] }
  }
  const data = revertData(error)
  if (!data || data === "0x") return null
  try {
    const decoded = decodeErrorResult({ abi: market, data })
    return { name: decoded.errorName, arguments: (decoded.args ?? []) as readonly unknown[] }
  } catch {
    return null
  }
}

/** What a contract reverted with, wherever in the chain of causes a node or a wallet put it. */
function revertData(error: BaseError): Hex | null {
  const raw = error.walk((cause) => cause instanceof RawContractError)
  if (raw instanceof RawContractError && raw.data)
    return (typeof raw.data === "string" ? raw.data : raw.data.data) ?? null
  const holder = error.walk((cause) => {
    const data = (cause as { data?: unknown }).data
    return typeof data === "string" && data.startsWith("0x")
  }) as { data?: Hex } | null
  return holder?.data ?? null
}

/** Never throws: what nobody foresaw is told in the words of whoever threw it. */
export function explain(error: unknown): Refusal {
  const custom = customError(error)
  if (custom) return { ...custom, sentence: `The market refuses: ${custom.name}`, remedy: "" }
  if (error instanceof BaseError) {
    if (error.walk((cause) => cause instanceof UserRejectedRequestError)) {
      return {
        name: "rejected",
        sentence: "You declined in the wallet. Nothing was sent.",
        remedy: "",
        arguments: [],
      }
    }
    if (error.walk((cause) => cause instanceof InsufficientFundsError)) {
      return { name: "unfunded", sentence: "The wallet cannot pay for this.", remedy: "", arguments: [] }
    }
    if (error.walk((cause) => cause instanceof TimeoutError)) {
      return { name: "unreachable", sentence: "The chain's node does not answer.", remedy: "", arguments: [] }
    }
    return { name: "refused", sentence: error.shortMessage, remedy: "", arguments: [] }
  }
  if (error instanceof Unreachable)
    return { name: "unreachable", sentence: error.message, remedy: "", arguments: [] }
  if (error instanceof ApiError)
    return { name: error.code, sentence: error.message, remedy: "", arguments: [] }
  const sentence = error instanceof Error ? error.message : String(error)
  return { name: "unknown", sentence, remedy: "", arguments: [] }
}
