// The cost of the first visit: JavaScript transferred, and the largest contentful paint.
import { expect, test } from "../e2e/visitor.ts"
import { percentile, tell } from "./figure.ts"

test("JavaScript of the first page", async ({ visits }) => {
  const { page } = await visits.begin()
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible()
  // Until the page's own requests are done; the code of the other pages is prefetched later.
  await page.waitForTimeout(2_000)
  const files = await page.evaluate(() =>
    (performance.getEntriesByType("resource") as PerformanceResourceTiming[])
      .filter(({ name, startTime }) => /\.js$/.test(name) && startTime < 4_500)
      .map(({ name, encodedBodySize }) => ({ name, bytes: encodedBodySize })),
  )
  expect(files.length).toBeGreaterThan(1)
  const bytes = files.reduce((sum, { bytes }) => sum + bytes, 0)
  tell("web_first_page_javascript", bytes / 1_000, "kB", { atMost: 200 })
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
