// What the first visit costs: JavaScript over the wire, and the time until the largest thing stands there.
import { expect, test } from "../e2e/visit.ts"
import { percentile, tell } from "./figure.ts"

test("JavaScript of the first page", async ({ visits }) => {
  const { page } = await visits.begin({ path: null })
  const network = await page.context().newCDPSession(page)
  await network.send("Network.enable")
  await network.send("Network.setCacheDisabled", { cacheDisabled: true })
  const scripts = new Set<string>()
  let bytes = 0
  network.on("Network.responseReceived", ({ requestId, type }) => {
    if (type === "Script") scripts.add(requestId)
  })
  network.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    if (scripts.has(requestId)) bytes += encodedDataLength
  })
  await visits.go(page, "/")
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible()
  // What it fetches in idle time counts too.
  await page.waitForTimeout(3_000)
  expect(scripts.size).toBeGreaterThan(0)
  tell("web_first_page_javascript", bytes / 1000, "kB", { atMost: 200 })
})

test("largest contentful paint at a quarter of the CPU", async ({ visits }) => {
  const samples: number[] = []
  for (let visit = 0; visit < 5; visit++) {
    const { page } = await visits.begin({ path: null })
    const throttle = await page.context().newCDPSession(page)
    await throttle.send("Emulation.setCPUThrottlingRate", { rate: 4 })
    await page.addInitScript(() => {
      const seen = window as unknown as { largest: number }
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) seen.largest = entry.startTime
      }).observe({ type: "largest-contentful-paint", buffered: true })
    })
    await visits.go(page, "/")
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible()
    await page.waitForTimeout(3_000)
    samples.push(await page.evaluate(() => (window as unknown as { largest: number }).largest))
    await page.context().close()
  }
  tell("web_largest_contentful_paint", percentile(samples, 0.5), "ms", { atMost: 1_500 })
})
