// The stories: a real Chromium, before a real chain, a real engine and a real provider. `make test-web` builds what they need.
import { defineConfig } from "@playwright/test"
import { browser } from "./e2e/browser.ts"

export default defineConfig({
  testDir: "e2e",
  testMatch: "*.story.ts",
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
})
