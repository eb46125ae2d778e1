// What a page keeps in this browser beyond a reload. A store that is full, forbidden or spoilt costs that memory and nothing
// else.
import { useSyncExternalStore } from "react"

export function readText(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

export function writeText(key: string, text: string) {
  try {
    localStorage.setItem(key, text)
  } catch {
    // Then it is forgotten with the page.
  }
}

/** A value that components watch and that outlives a reload. */
export interface StoredState<T> {
  get: () => T
  set: (next: T) => void
  use: () => T
}

/** @param parse Makes a value of what was kept; of null when there is nothing, or when it throws. */
export function storedState<T>(key: string, parse: (kept: unknown) => T): StoredState<T> {
  const listeners = new Set<() => void>()
  let value = begin()
  function begin(): T {
    try {
      return parse(JSON.parse(readText(key) ?? "null"))
    } catch {
      return parse(null)
    }
  }
  function subscribe(listener: () => void) {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
  const get = () => value
  return {
    get,
    set(next) {
      value = next
      writeText(key, JSON.stringify(next))
      for (const listener of listeners) listener()
    },
    use: () => useSyncExternalStore(subscribe, get),
  }
}
