// The symbol and decimals of a currency.
import { useQuery } from "@tanstack/react-query"
import { type Address, zeroAddress } from "viem"
import { readContract } from "viem/actions"
import { useClient } from "wagmi"
import { ETH, type Unit } from "../i18n/format.ts"
import { erc20 } from "./abi.ts"
import type { Reader } from "./reader.ts"

/** A token without a symbol, in base units. */
const UNNAMED: Unit = { symbol: "?", decimals: 0 }

export async function readUnit(reader: Reader, currency: Address): Promise<Unit> {
  if (currency === zeroAddress) return ETH
  const [symbol, decimals] = await Promise.all([
    readContract(reader, { address: currency, abi: erc20, functionName: "symbol" }),
    readContract(reader, { address: currency, abi: erc20, functionName: "decimals" }),
  ])
  return { symbol, decimals }
}

/** Base units until the token's contract has answered. */
export function useUnit(currency: Address | undefined): Unit {
  const reader = useClient() as Reader | undefined
  const coin = currency === undefined || currency === zeroAddress
  const { data } = useQuery({
    queryKey: ["unit", currency],
    enabled: !coin && reader !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () => readUnit(reader!, currency!),
  })
  return coin ? ETH : (data ?? UNNAMED)
}
