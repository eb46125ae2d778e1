// Loads /config.json, which names the market. A provider's orchestrator serves it; a page that is hosted as static
// files has it beside its own files.
import { createContext, useContext } from "react"
import type { PageConfig } from "./types.ts"

export class ConfigError extends Error {}

export async function loadConfig(): Promise<PageConfig> {
  const answer = await fetch("/config.json", { headers: { accept: "application/json" } }).catch((cause) => {
    throw new ConfigError("config.json cannot be read: is the server of this page still running?", {
      cause,
    })
  })
  if (!answer.ok) throw new ConfigError(`config.json: HTTP ${answer.status}`)
  const config = (await answer.json().catch(() => null)) as PageConfig | null
  if (typeof config?.chainId !== "number" || !/^0x[0-9a-fA-F]{40}$/.test(config.market)) {
    throw new ConfigError("config.json is incomplete: it needs chainId, market and block")
  }
  return config
}

export const ConfigContext = createContext<PageConfig | null>(null)

export function useConfig(): PageConfig {
  const config = useContext(ConfigContext)
  if (!config) throw new Error("the page has no configuration")
  return config
}
