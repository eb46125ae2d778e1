// The context in which the rules of legal.ts judge actions on this lease.
import { useQuery } from "@tanstack/react-query"
import { readContract } from "viem/actions"
import { useClient } from "wagmi"
import type { LeaseView } from "../../../api/types.ts"
import { market } from "../../../chain/abi.ts"
import { marketOf } from "../../../chain/call.ts"
import { useUnit } from "../../../chain/currency.ts"
import { isSame, type LeaseCase } from "../../../chain/legal.ts"
import type { Reader } from "../../../chain/reader.ts"
import { useRuleContext } from "../../../features/chain/useRuleContext.ts"
import { useProviders } from "../../../features/queries/market.ts"
import { amountOver } from "../../../i18n/format.ts"
import { useMoney } from "../Runway.tsx"

/** Undefined until the market is loaded. */
export function useLeaseCase(lease: LeaseView): LeaseCase | undefined {
  const here = useRuleContext()
  const unit = useUnit(lease.money.currency)
  const reader = useClient() as Reader | undefined
  const providers = useProviders()
  const money = useMoney(lease)
  const standing = useQuery({
    queryKey: ["lease", lease.id.toLowerCase(), "standing", "public"],
    enabled: reader !== undefined,
    queryFn: async () => {
      const at = { address: marketOf(reader!), abi: market, args: [lease.id] } as const
      const [noticeEnds, dispute] = await Promise.all([
        readContract(reader!, { ...at, functionName: "noticeEnds" }),
        readContract(reader!, { ...at, functionName: "disputeOf" }),
      ])
      return { noticeEnds: Number(noticeEnds), again: dispute.again }
    },
  })
  if (!here) return undefined
  const notice = amountOver(money.rate, BigInt(here.parameters.noticePeriod ?? 0))
  const owing = { ...lease.money, owed: money.owed.toString() }
  return {
    ...here,
    lease: { ...lease, money: owing },
    unit,
    withdrawable: money.free > notice ? money.free - notice : 0n,
    noticeEnds: standing.data?.noticeEnds,
    again: standing.data?.again,
    provider: providers.data?.find(({ address }) => isSame(address, lease.provider)),
  }
}
