// The installed browser: the tests download none (`scripts/setup chromium` installs Debian's).
import { existsSync } from "node:fs"
import type { LaunchOptions } from "@playwright/test"

const PLACES = [
  process.env.CHROMIUM,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
]

const QUIET = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
]

/** Playwright's launch options. */
export const browser: LaunchOptions = {
  executablePath: PLACES.find((place) => place && existsSync(place)) ?? "/usr/bin/chromium",
  // Chromium's sandbox does not work for root.
  args: process.getuid?.() === 0 ? [...QUIET, "--no-sandbox"] : QUIET,
}
