// Everything that needs a real Chromium before a real chain, engine and provider: the stories (`make test-web`), the figures
// (`make bench`) and the screenshots (`make screenshots`). The make targets build what they need.
import { defineConfig } from "@playwright/test"
import { browser } from "./e2e/browser.ts"

export default defineConfig({
  outputDir: "test-results",
  // A market each; more would only wait for one another on a small machine.
  workers: Number(process.env.WEB_WORKERS ?? 2),
  // A story's steps build on one another.
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
