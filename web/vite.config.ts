import react from "@vitejs/plugin-react"
import { defineConfig } from "vitest/config"

// A provider to develop against, as `make up` starts it.
const provider = process.env.TIDEMARK_API ?? "http://127.0.0.1:7070"

export default defineConfig({
  plugins: [react()],
  build: {
    target: "es2023",
    // Data URLs would need an exception in the Content-Security-Policy.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  server: {
    port: 5173,
    proxy: Object.fromEntries(
      ["/v1", "/config.json", "/openapi.json"].map((path) => [path, { target: provider, ws: true }]),
    ),
  },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["test/setup.ts"],
    restoreMocks: true,
  },
})
