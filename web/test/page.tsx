// The environment of a page, for component tests: configuration, a wallet that signs only what a test answers, queries
// without retries, and a router that accepts every path.
import { QueryClient, QueryClientProvider } from "@tanstack/react-query"
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  RouterProvider,
} from "@tanstack/react-router"
import { render } from "@testing-library/react"
import type { ReactNode } from "react"
import { type Address, custom, type EIP1193RequestFn } from "viem"
import { vi } from "vitest"
import { createConfig, injected, WagmiProvider } from "wagmi"
import { connect } from "wagmi/actions"
import { ConfigContext } from "../src/api/config.ts"
import type { PageConfig } from "../src/api/types.ts"
import { chainOf } from "../src/chain/wagmiConfig.ts"
import { ExplorerContext } from "../src/ui/Values.tsx"
import { CHAIN_ID, MARKET } from "./wallet.ts"

export const CONFIG: PageConfig = {
  api: "",
  chainId: CHAIN_ID,
  chainName: "Testnet",
  market: MARKET,
  block: 1,
  rpcUrl: "http://127.0.0.1:1",
  explorer: null,
  walletConnectProjectId: null,
}

interface Scene {
  /** The router's path. */
  path?: string
  config?: Partial<PageConfig>
  /** The connected account; none: the wallet is not connected. */
  account?: Address
  /** Answers requests to the chain and the wallet; without it only the account and the chain id are answered. */
  chain?: EIP1193RequestFn
}

/** Renders a component in the environment of a page. */
export async function show(children: ReactNode, { path = "/", config, account, chain }: Scene = {}) {
  const page = { ...CONFIG, ...config }
  const request = async (asked: { method: string; params?: unknown }) => {
    const said = await chain?.(asked as never)
    if (said !== undefined && said !== null) return said
    if (asked.method === "eth_chainId") return `0x${page.chainId.toString(16)}`
    if (account && /^eth_(requestA|a)ccounts$/.test(asked.method)) return [account]
    if (chain) return said
    throw Object.assign(new Error(`nobody answers ${asked.method} here`), { code: -32000 })
  }
  const provider = { request, on: () => {}, removeListener: () => {} } as never
  const wallets = createConfig({
    chains: [chainOf(page)],
    connectors: [injected({ target: { id: "test", name: "Test wallet", provider } })],
    transports: { [page.chainId]: custom({ request }, { retryCount: 0 }) },
    multiInjectedProviderDiscovery: false,
    storage: null,
  })
  if (account) await connect(wallets, { connector: wallets.connectors[0]! })
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const root = createRootRoute()
  const any = createRoute({ getParentRoute: () => root, path: "/$", component: () => children })
  const router = createRouter({
    routeTree: root.addChildren([any]),
    history: createMemoryHistory({ initialEntries: [path] }),
  })
  await router.load()
  const shown = render(
    <ConfigContext value={page}>
      <ExplorerContext value={page.explorer}>
        <WagmiProvider config={wallets} reconnectOnMount={false}>
          <QueryClientProvider client={queries}>
            <RouterProvider router={router as never} />
          </QueryClientProvider>
        </WagmiProvider>
      </ExplorerContext>
    </ConfigContext>,
  )
  return { ...shown, queries, router, wallets }
}

/** Answers `fetch` by path: JSON, or a function of the request; any other path is answered with the API's 404. */
export function answer(answers: Record<string, unknown>) {
  const asked: { path: string; method: string; body: string | undefined }[] = []
  vi.stubGlobal("fetch", async (input: RequestInfo | URL, init?: RequestInit) => {
    const request =
      input instanceof Request ? input : new Request(new URL(String(input), location.href), init)
    const path = request.url.replace(location.origin, "")
    const { method } = request
    asked.push({ path, method, body: request.body ? await request.clone().text() : undefined })
    const found = answers[`${method} ${path}`] ?? answers[path]
    if (found instanceof Error) throw found
    if (found instanceof Response) return found.clone()
    if (typeof found === "function") return found(request)
    if (found === undefined) return json({ code: "not_found", message: `nothing is at ${path}` }, 404)
    return json(found)
  })
  return asked
}

export function json(value: unknown, status = 200): Response {
  return new Response(JSON.stringify(value), { status, headers: { "content-type": "application/json" } })
}
