// The context in which the rules of chain/legal.ts are evaluated: the user's account, the time on the chain, the
// market's parameters.
import { useConnection } from "wagmi"
import type { RuleContext } from "../../chain/legal.ts"
import { useMarket } from "../queries/market.ts"
import { useChainTime } from "./useChainTime.ts"

/** Undefined until the market is loaded. */
export function useRuleContext(): RuleContext | undefined {
  const { address } = useConnection()
  const { data } = useMarket()
  const now = useChainTime()
  if (!data) return undefined
  return { me: address, now, parameters: data.parameters, intakeOpen: data.intakeOpen }
}
