import { existsSync } from "node:fs"
import react from "@vitejs/plugin-react"
import { defineConfig } from "vitest/config"

/** WalletConnect has 260 packages, so a build includes it only when it is installed: see README.md. */
const walletConnect = existsSync(new URL("node_modules/@walletconnect/ethereum-provider", import.meta.url))

// The provider to develop against, as `make up` starts it.
const provider = process.env.TIDEMARK_API ?? "http://127.0.0.1:7070"

export default defineConfig({
  plugins: [react()],
  define: { __WALLET_CONNECT__: walletConnect },
  build: {
    target: "es2023",
    // Data URLs would need an exception in the Content-Security-Policy.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    // One small stylesheet: no lazily loaded code depends on a stylesheet of its own.
    cssCodeSplit: false,
  },
  server: {
    port: 5173,
    proxy: Object.fromEntries(
      ["/v1", "/config.json", "/openapi.json"].map((path) => [path, { target: provider, ws: true }]),
    ),
  },
  test: {
    environment: "jsdom",
    include: ["{src,test}/**/*.test.{ts,tsx}"],
    setupFiles: ["test/setup.ts"],
    restoreMocks: true,
    // Tests render whole pages, and machines differ.
    testTimeout: 20_000,
  },
})
