// Who looks, and what time it is on the chain: what legal.ts wants to know of everybody.
import { useEffect, useMemo, useState } from "react"
import { useConnection } from "wagmi"
import type { Here } from "../chain/legal.ts"
import { useFeed } from "./feed.ts"
import { useMarket } from "./queries.ts"

/** Seconds of this machine's clock, ticking. */
function useTick(): number {
  const [tick, setTick] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setTick(Date.now()), 1_000)
    return () => clearInterval(timer)
  }, [])
  return tick
}

/** The time that the next block will have, about, in Unix seconds: the head's, and what has passed since it was heard of. */
export function useChainTime(): number {
  const { head } = useFeed()
  const told = useMarket().data?.head ?? null
  const tick = useTick()
  const newest = head && (!told || head.number >= told.number) ? head : told
  const time = newest?.time
  // The moment at which this head was first seen here.
  const seen = useMemo(() => (time === undefined ? 0 : Date.now()), [time])
  if (time === undefined) return Math.floor(tick / 1000)
  return time + Math.max(0, Math.floor((tick - seen) / 1000))
}

/** Undefined until the market is known. */
export function useHere(): Here | undefined {
  const { address } = useConnection()
  const { data } = useMarket()
  const now = useChainTime()
  if (!data) return undefined
  return { me: address, now, parameters: data.parameters, intakeOpen: data.intakeOpen }
}
