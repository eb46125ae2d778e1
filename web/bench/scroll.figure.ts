// Scrolling performance of a lease page with a day of one-second samples and a hundred thousand log lines. Only these
// two answers are mocked.
import type { CDPSession, Page } from "@playwright/test"
import { actors } from "../e2e/actors.ts"
import { signIn } from "../e2e/session.ts"
import { connect, expect, test } from "../e2e/visitor.ts"
import type { LogLine, SeriesView } from "../src/api/types.ts"
import { percentile, tell } from "./figure.ts"

const DAY = 86_400
const LINES = 100_000

function day(): SeriesView {
  const end = Date.now()
  const seconds = Array.from({ length: DAY }, (_, second) => second)
  const tide = (second: number) => 0.5 + 0.4 * Math.sin(second / 3_000) + 0.1 * Math.sin(second / 7)
  return {
    atMs: seconds.map((second) => end - (DAY - second) * 1_000),
    cpu: seconds.map((second) => tide(second)),
    memoryBytes: seconds.map((second) => 6e7 * (1 + tide(second))),
    network: seconds.map((second) => 2e4 * tide(second)),
    replicas: seconds.map((second) => Math.ceil(3 * tide(second))),
  }
}

function lines(): string {
  const from = Date.now() - LINES * 10
  const parts: string[] = []
  for (let number = 0; number < LINES; number++) {
    const line: LogLine = {
      atMs: from + number * 10,
      service: number % 3 ? "front" : "back",
      replica: number % 2,
      stream: number % 17 ? "stdout" : "stderr",
      line: `${number} GET /burn?ms=10 200 ${"·".repeat(number % 60)} \u001b[32mok\u001b[0m`,
    }
    parts.push(`id: ${line.atMs}\nevent: line\ndata: ${JSON.stringify(line)}\n\n`)
  }
  return parts.join("")
}

/** Frames per second while a touch scrolls up and down over a point of the page. */
async function scrolled(
  page: Page,
  browser: CDPSession,
  x: number,
  y: number,
): Promise<{ rate: number; slow: number }> {
  const frames = page.evaluate(
    () =>
      new Promise<number[]>((done) => {
        const times: number[] = []
        const look = (now: number) => {
          times.push(now)
          if ((window as unknown as { enough?: boolean }).enough) done(times)
          else requestAnimationFrame(look)
        }
        ;(window as unknown as { enough?: boolean }).enough = false
        requestAnimationFrame(look)
      }),
  )
  for (const yDistance of [-4_000, 3_000, -5_000, 6_000]) {
    await browser.send("Input.synthesizeScrollGesture", {
      x,
      y,
      yDistance,
      speed: 4_000,
      gestureSourceType: "mouse",
    })
  }
  await page.evaluate(() => {
    ;(window as unknown as { enough?: boolean }).enough = true
  })
  const times = await frames
  const gaps = times.slice(1).map((time, index) => time - times[index]!)
  return { rate: (1_000 * gaps.length) / (times.at(-1)! - times[0]!), slow: percentile(gaps, 0.95) }
}

test("scrolling a full lease page", async ({ visits, stack }) => {
  test.setTimeout(180_000)
  const lease = stack.up.lease!
  const { page } = await visits.begin({ account: actors.tenant, path: null })
  await page.route(/\/v1\/leases\/0x[0-9a-f]+\/series\?/, (route) => route.fulfill({ json: day() }))
  const log = lines()
  await page.route(/\/v1\/leases\/0x[0-9a-f]+\/logs\?/, async (route) => {
    // A reconnecting stream gets no further events.
    if (!route.request().url().includes("since=")) {
      await route.fulfill({ body: log, headers: { "content-type": "text/event-stream" } })
    }
  })
  await visits.go(page, `/leases/${lease}?tab=replicas`)
  await connect(page)
  await signIn(page, stack, actors.tenant)
  const browser = await page.context().newCDPSession(page)

  await visits.go(page, `/leases/${lease}?tab=replicas`)
  await page.getByLabel("Shown").selectOption("86400")
  await expect(page.getByRole("figure").first()).toBeVisible()
  await page.waitForTimeout(3_000)
  const charts = await scrolled(page, browser, 640, 500)

  await visits.go(page, `/leases/${lease}?tab=logs`)
  await page.getByLabel("Past lines").selectOption(String(LINES))
  await expect(page.getByText(`${LINES.toLocaleString("en-US")} lines`)).toBeVisible({ timeout: 60_000 })
  const box = page.getByRole("log", { name: "Log lines" })
  await box.scrollIntoViewIfNeeded()
  await page.waitForTimeout(1_000)
  const place = (await box.boundingBox())!
  const logs = await scrolled(page, browser, place.x + place.width / 2, place.y + place.height / 2)

  tell("web_scroll_day_of_series", charts.rate, "frames/s", { atLeast: 50 })
  tell("web_scroll_day_of_series_slow_frame", charts.slow, "ms", null)
  tell("web_scroll_100000_log_lines", logs.rate, "frames/s", { atLeast: 50 })
  tell("web_scroll_100000_log_lines_slow_frame", logs.slow, "ms", null)
})
