// The state of a deployment's lease or order on chain.
import { useQuery } from "@tanstack/react-query"
import { readContract } from "viem/actions"
import { useClient } from "wagmi"
import { market } from "../../chain/abi.ts"
import { marketOf } from "../../chain/call.ts"
import type { Reader } from "../../chain/reader.ts"
import { type Deployment, termsOf } from "../../features/deployments/deployments.ts"

export type LeaseState = "unknown" | "active" | "exhausted" | "closed"
const STATES: readonly LeaseState[] = ["unknown", "active", "exhausted", "closed"]

/** `Market.statusOf`; undefined until the chain has answered. */
export function useLeaseState(deployment: Deployment): { state: LeaseState | undefined; error: unknown } {
  const reader = useClient() as Reader | undefined
  const terms = termsOf(deployment)
  const query = useQuery<LeaseState>({
    queryKey: ["lease", deployment.winner?.lease.toLowerCase(), "status"],
    enabled: terms !== null && reader !== undefined,
    refetchInterval: ({ state }) => (state.data === "unknown" ? 1_000 : 5_000),
    queryFn: async () => {
      const status = await readContract(reader!, {
        address: marketOf(reader!),
        abi: market,
        functionName: "statusOf",
        args: [terms!],
      })
      return STATES[status] ?? "unknown"
    },
  })
  return { state: terms ? query.data : "unknown", error: query.error }
}

/** `Auction.orderOf`: whether the order exists, and whether it is open. */
export function useOrderState(deployment: Deployment): { known: boolean; open: boolean } | undefined {
  const reader = useClient() as Reader | undefined
  const id = deployment.auction?.id
  const query = useQuery({
    queryKey: ["orders", id, "state"],
    enabled: id !== undefined && reader !== undefined,
    refetchInterval: 2_000,
    queryFn: async () => {
      const { known, open } = await readContract(reader!, {
        address: marketOf(reader!),
        abi: market,
        functionName: "orderOf",
        args: [id!],
      })
      return { known, open }
    },
  })
  return query.data
}
