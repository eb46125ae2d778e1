import { QueryClient, QueryClientProvider } from "@tanstack/react-query"
import { RouterProvider } from "@tanstack/react-router"
import { setNonce } from "get-nonce"
import { StrictMode } from "react"
import { createRoot } from "react-dom/client"
import { WagmiProvider } from "wagmi"
import { ApiError } from "./api/client.ts"
import { ConfigContext, loadConfig } from "./api/config.ts"
import { connectEventStream } from "./api/eventStream.ts"
import { walletConnectOf, walletsOf } from "./chain/wagmiConfig.ts"
import { Failure } from "./features/errors/Failure.tsx"
import { fetchPages, makeRouter } from "./routes.tsx"
import { ExplorerContext } from "./ui/Values.tsx"
import "./styles/tokens.css"
import "./styles/base.css"
import { getLanguage, setLanguage } from "./i18n/language.ts"

// Styles that Radix adds need the nonce of the Content-Security-Policy.
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce
if (nonce) setNonce(nonce)

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 1_000,
      // A refusal is permanent; an unreachable provider may come back.
      retry: (failures, error) => failures < 2 && !(error instanceof ApiError),
    },
  },
})

/** The other pages' code is loaded after the first page is shown. */
const PAGES_AFTER_MS = 5_000

async function begin() {
  setLanguage(getLanguage())
  const root = createRoot(document.getElementById("root")!)
  // The page's code loads in parallel with its configuration.
  const router = makeRouter()
  void router.load()
  try {
    const config = await loadConfig()
    const wallets = walletsOf(config, await walletConnectOf(config))
    connectEventStream(config.api, queries)
    setTimeout(() => fetchPages(router), PAGES_AFTER_MS)
    root.render(
      <StrictMode>
        <ConfigContext value={config}>
          <ExplorerContext value={config.explorer}>
            <WagmiProvider config={wallets}>
              <QueryClientProvider client={queries}>
                <RouterProvider router={router} />
              </QueryClientProvider>
            </WagmiProvider>
          </ExplorerContext>
        </ConfigContext>
      </StrictMode>,
    )
  } catch (error) {
    root.render(<Failure error={error} retry={() => location.reload()} />)
  }
}

void begin()
