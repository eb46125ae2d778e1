// State that this browser keeps across reloads. When localStorage is full, forbidden or corrupt, only that state is
// lost.
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
    // The value lasts until the page is closed.
  }
}

/** A value that components subscribe to and that survives a reload. */
export interface StoredState<T> {
  get: () => T
  set: (next: T) => void
  use: () => T
}

/** @param parse Converts the stored JSON value; called with null when nothing is stored or when it threw. */
export function storedState<T>(key: string, parse: (value: unknown) => T): StoredState<T> {
  const listeners = new Set<() => void>()
  let value = load()
  function load(): T {
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
