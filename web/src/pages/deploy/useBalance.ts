import { useQuery } from "@tanstack/react-query"
import { type Address, zeroAddress } from "viem"
import { getBalance, readContract } from "viem/actions"
import { useClient, useConnection } from "wagmi"
import { erc20 } from "../../chain/abi.ts"
import type { Reader } from "../../chain/reader.ts"

/** The wallet's balance of a currency, base units; undefined without a wallet, or until the node has answered. */
export function useBalance(currency: Address | undefined): bigint | undefined {
  const reader = useClient() as Reader | undefined
  const { address } = useConnection()
  const { data } = useQuery({
    queryKey: ["account", address?.toLowerCase(), "balance", currency],
    enabled: reader !== undefined && address !== undefined && currency !== undefined,
    refetchInterval: 10_000,
    queryFn: () =>
      currency === zeroAddress
        ? getBalance(reader!, { address: address! })
        : readContract(reader!, {
            address: currency!,
            abi: erc20,
            functionName: "balanceOf",
            args: [address!],
          }),
  })
  return data
}
