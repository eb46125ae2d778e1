import { existsSync } from "node:fs"
import react from "@vitejs/plugin-react"
import { defineConfig } from "vitest/config"

/** WalletConnect's code is 260 packages, so it is in a build only when somebody has added it: see README.md. */
const walletConnect = existsSync(new URL("node_modules/@walletconnect/ethereum-provider", import.meta.url))

// A provider to develop against, as `make up` starts it.
const provider = process.env.TIDEMARK_API ?? "http://127.0.0.1:7070"

export default defineConfig({
  plugins: [react()],
  define: { __WALLET_CONNECT__: walletConnect },
  build: {
    target: "es2023",
    // Data URLs would need an exception in the Content-Security-Policy.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    // One small file: a piece of code never waits for, or lacks, a sheet of its own.
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
    // A page is rendered whole, and machines differ.
    testTimeout: 20_000,
  },
})
