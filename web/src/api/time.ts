// The chain's time: what the contract will go by, not this machine's clock.
import { useFeed } from "./feed.ts"
import { useMarket } from "./queries.ts"

/** Unix seconds of the newest block that the page knows; this machine's before there is one. */
export function useChainTime(): number {
  const { head } = useFeed()
  const market = useMarket()
  return Math.max(head?.time ?? 0, market.data?.head?.time ?? 0) || Math.floor(Date.now() / 1000)
}
