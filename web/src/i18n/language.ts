// The page's two languages. Each component defines its texts beside itself, as `const messages = defineMessages({...},
// {...})`; the second argument has the type of the first, so that a missing translation does not compile.
import { useSyncExternalStore } from "react"
import { readText, writeText } from "../browser/storage.ts"

export type Language = "en" | "zh"
export type Messages<W> = Record<Language, W>

export function defineMessages<W>(en: W, zh: NoInfer<W>): Messages<W> {
  return { en, zh }
}

const KEY = "tidemark.language"
const listeners = new Set<() => void>()
let language: Language = begin()

function begin(): Language {
  const kept = readText(KEY)
  if (kept === "en" || kept === "zh") return kept
  return globalThis.navigator?.language?.startsWith("zh") ? "zh" : "en"
}

export function getLanguage(): Language {
  return language
}

export function setLanguage(next: Language) {
  language = next
  writeText(KEY, next)
  document.documentElement.lang = next === "zh" ? "zh-CN" : "en"
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void) {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function useLanguage(): Language {
  return useSyncExternalStore(subscribe, getLanguage)
}

export function useMessages<W>(words: Messages<W>): W {
  return words[useLanguage()]
}

/** For use outside of components. */
export function currentMessages<W>(words: Messages<W>): W {
  return words[language]
}
