// The suites that need a real Chromium, chain, engine and provider: the stories (`make test-web`), the figures (`make
// bench`) and the screenshots (`make screenshots`). The make targets build what they need.
import { defineConfig } from "@playwright/test"
import { browser } from "./e2e/browser.ts"

export default defineConfig({
  outputDir: "test-results",
  // Each worker starts a market of its own; more would overload a small machine.
  workers: Number(process.env.WEB_WORKERS ?? 2),
  // The steps of a story depend on one another.
  fullyParallel: false,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  forbidOnly: true,
  reporter: [["list"]],
  use: {
    launchOptions: browser,
    actionTimeout: 15_000,
    navigationTimeout: 30_000,
    screenshot: "only-on-failure",
    trace: process.env.WEB_TRACE ? "retain-on-failure" : "off",
  },
  projects: [
    { name: "stories", testDir: "e2e", testMatch: "*.story.ts" },
    { name: "screenshots", testDir: "e2e", testMatch: "*.shot.ts" },
    { name: "figures", testDir: "bench", testMatch: "*.figure.ts", timeout: 300_000 },
  ],
})
