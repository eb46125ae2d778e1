// The time on the chain, estimated between blocks.
import { useEffect, useMemo, useState } from "react"
import { useEventStream } from "../../api/eventStream.ts"
import { useMarket } from "../queries/market.ts"

/** Unix milliseconds of this machine, updated every second. */
function useTick(): number {
  const [tick, setTick] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setTick(Date.now()), 1_000)
    return () => clearInterval(timer)
  }, [])
  return tick
}

/** The estimated time of the next block in Unix seconds: the head's time plus the time since it was received. */
export function useChainTime(): number {
  const { head } = useEventStream()
  const polled = useMarket().data?.head ?? null
  const tick = useTick()
  const newest = head && (!polled || head.number >= polled.number) ? head : polled
  const time = newest?.time
  // When this head was first seen.
  const seen = useMemo(() => (time === undefined ? 0 : Date.now()), [time])
  if (time === undefined) return Math.floor(tick / 1000)
  return time + Math.max(0, Math.floor((tick - seen) / 1000))
}
