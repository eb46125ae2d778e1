// The light or dark theme: the user's choice, otherwise the system's. public/theme.js applies it before the first
// paint.
import { writeText } from "./storage.ts"

export type Theme = "light" | "dark"

const listeners = new Set<() => void>()

export function getTheme(): Theme {
  return document.documentElement.dataset.theme === "dark" ? "dark" : "light"
}

export function setTheme(theme: Theme) {
  document.documentElement.dataset.theme = theme
  writeText("tidemark.theme", theme)
  for (const listener of listeners) listener()
}

export function subscribeTheme(listener: () => void) {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
