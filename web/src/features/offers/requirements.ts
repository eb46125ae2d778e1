// What the user needs. It is kept in this browser and shared by the market and the deploy page.

import type { ShapeView } from "../../api/types.ts"
import { storedState } from "../../browser/storage.ts"

export interface Requirements {
  /** Of one replica. */
  shape: ShapeView
  /** The maximum replica count. */
  replicas: number
  attributes: string[]
}

const KEY = "tidemark.wish"

/** What the sample application needs, with headroom. */
export const DEFAULT: Requirements = {
  shape: { millicores: 250, memoryMiB: 128, diskMiB: 256, gpus: 0 },
  replicas: 1,
  attributes: [],
}

const stored = storedState<Requirements>(KEY, (kept) => {
  const wanted = kept as Partial<Requirements> | null
  const numbers = [...Object.values(wanted?.shape ?? {}), wanted?.replicas]
  if (!wanted || numbers.length !== 5 || !numbers.every(Number.isSafeInteger)) return DEFAULT
  return { ...DEFAULT, ...wanted }
})

export const getRequirements = stored.get
export const useRequirements = stored.use

export function setRequirements(next: Partial<Requirements>) {
  stored.set({ ...getRequirements(), ...next })
}
