// What I look for: kept in this browser, so that the market and the deploy page speak of the same thing.
import { useSyncExternalStore } from "react"
import type { ShapeView } from "../../api/views.ts"

export interface Wanted {
  /** Of one replica. */
  shape: ShapeView
  /** The most of them at a time. */
  replicas: number
  attributes: string[]
}

const KEY = "tidemark.wish"
const listeners = new Set<() => void>()

/** What the sample needs, with room. */
export const DEFAULT: Wanted = {
  shape: { millicores: 250, memoryMiB: 128, diskMiB: 256, gpus: 0 },
  replicas: 1,
  attributes: [],
}

let wanted: Wanted = read()

function read(): Wanted {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "null") as Partial<Wanted> | null
    const numbers = [...Object.values(kept?.shape ?? {}), kept?.replicas]
    if (!kept || numbers.length !== 5 || !numbers.every(Number.isSafeInteger)) return DEFAULT
    return { ...DEFAULT, ...kept }
  } catch {
    return DEFAULT
  }
}

export function getWanted(): Wanted {
  return wanted
}

export function setWanted(next: Partial<Wanted>) {
  wanted = { ...wanted, ...next }
  try {
    localStorage.setItem(KEY, JSON.stringify(wanted))
  } catch {
    // Then it is forgotten with the page.
  }
  for (const listener of listeners) listener()
}

export function useWanted(): Wanted {
  return useSyncExternalStore((listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }, getWanted)
}
