// The wagmi configuration: one chain, wallets that announce themselves (EIP-6963), any injected wallet, and
// WalletConnect where it is configured.
import { type Chain, defineChain } from "viem"
import { type CreateConnectorFn, createConfig, fallback, http, injected, unstable_connector } from "wagmi"
import type { PageConfig } from "../api/types.ts"

export function chainOf(config: PageConfig): Chain {
  return defineChain({
    id: config.chainId,
    name: config.chainName,
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: config.rpcUrl ? [config.rpcUrl] : [] } },
    // So that every client of this chain has the market's address.
    contracts: { market: { address: config.market, blockCreated: config.block } },
    blockExplorers: config.explorer ? { default: { name: "explorer", url: config.explorer } } : undefined,
  })
}

export function walletsOf(config: PageConfig, more: CreateConnectorFn[] = []) {
  const chain = chainOf(config)
  // Reads go to the configured node; without one, or while it is down, to the wallet's node.
  const wallet = unstable_connector(injected)
  const transport = config.rpcUrl ? fallback([http(config.rpcUrl, { retryCount: 1 }), wallet]) : wallet
  return createConfig({
    chains: [chain],
    connectors: [injected(), ...more],
    transports: { [chain.id]: transport },
    pollingInterval: 1_000,
  })
}

/** Whether this build includes WalletConnect (see vite.config.ts). */
declare const __WALLET_CONNECT__: boolean

/** WalletConnect, when it is configured and included in the build. */
export async function walletConnectOf({
  walletConnectProjectId: projectId,
}: PageConfig): Promise<CreateConnectorFn[]> {
  if (!projectId) return []
  if (!__WALLET_CONNECT__) {
    console.warn("WalletConnect is configured, but this page was built without it: see web/README.md")
    return []
  }
  const { walletConnect } = await import("wagmi/connectors/walletConnect")
  return [walletConnect({ projectId, showQrModal: true })]
}
