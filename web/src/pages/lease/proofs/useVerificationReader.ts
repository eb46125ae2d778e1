// The node that a verification reads from: the wallet's own node where there is a wallet, because the page's provider
// chose the other one.
import { createClient, custom, type EIP1193Provider } from "viem"
import { useClient, useConfig, useConnection } from "wagmi"
import type { Reader } from "../../../chain/reader.ts"

export interface ChosenReader {
  reader: Reader
  /** The wallet's name; null: the configured node. */
  wallet: string | null
}

/** @returns A function, because a connector returns its provider asynchronously. */
export function useVerificationReader(): () => Promise<ChosenReader> {
  const configured = useClient() as Reader | undefined
  const chain = useConfig().chains[0]
  const { connector, chainId } = useConnection()
  return async () => {
    if (connector && chainId === chain.id) {
      const provider = (await connector.getProvider()) as EIP1193Provider
      return { reader: createClient({ chain, transport: custom(provider) }), wallet: connector.name }
    }
    if (!configured) throw new Error("there is neither a wallet nor a configured node to read from")
    return { reader: configured, wallet: null }
  }
}
