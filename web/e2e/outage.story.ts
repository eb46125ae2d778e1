// Outages: an unreachable provider, a silent provider, a slow node.
import { actors } from "./actors.ts"
import { Door } from "./tcpProxy.ts"
import { expect, test } from "./visitor.ts"

const short = (hex: string) => `${hex.slice(0, 6)}…${hex.slice(-4)}`

/** Whether the other pages' code has been prefetched, and no request is pending. */
function codeOfAllPages(): boolean {
  const files = performance.getEntriesByType("resource") as PerformanceResourceTiming[]
  const newest = Math.max(...files.map(({ responseEnd }) => responseEnd))
  return files.some(({ name }) => name.includes("/assets/Leases-")) && performance.now() - newest > 1_000
}

test("with the provider unreachable the page shows it, reads the chain, and recovers", async ({
  visits,
  stack,
}) => {
  const door = await Door.before(stack.url)
  try {
    const { page } = await visits.begin({ origin: door.url })
    const mark = page.getByRole("banner").getByRole("status")
    await expect(mark.getByText("Live")).toBeVisible()
    await expect.poll(() => page.evaluate(codeOfAllPages), { timeout: 20_000 }).toBe(true)
    await door.shut()
    await expect(mark.getByText("Offline")).toBeVisible()
    await expect(page.getByText("The provider does not answer.")).toBeVisible()

    // What was not loaded before now comes from the chain alone.
    await page.getByRole("link", { name: "Leases" }).click()
    await expect(page.getByText(short(stack.up.lease!)).first()).toBeVisible({ timeout: 30_000 })

    await door.open()
    await expect(mark.getByText("Live")).toBeVisible({ timeout: 30_000 })
    await expect(page.getByText("The provider does not answer.")).toBeHidden()
    await expect(page.getByText(short(stack.up.lease!)).first()).toBeVisible()
  } finally {
    await door.shut().catch(() => {})
  }
})

test("a silent provider makes the page stale until it answers again", async ({ visits, stack }) => {
  const { page } = await visits.begin({ path: "/leases" })
  const mark = page.getByRole("banner").getByRole("status")
  await expect(mark.getByText("Live")).toBeVisible()
  stack.sleep()
  try {
    await expect(mark.getByText("Stale")).toBeVisible()
  } finally {
    stack.wake()
  }
  await expect(mark.getByText("Live")).toBeVisible()
})

test("a slow node does not delay the provider's data", async ({ visits, stack }) => {
  const { page } = await visits.begin({ account: actors.tenant, path: null })
  await page.route(`${stack.up.rpcUrl}/**`, async (route) => {
    await new Promise((done) => setTimeout(done, 4_000))
    await route.continue()
  })
  const began = Date.now()
  await visits.go(page, "/leases")
  await expect(page.getByText(short(stack.up.lease!)).first()).toBeVisible()
  expect(Date.now() - began).toBeLessThan(4_000)
  await page.unrouteAll({ behavior: "ignoreErrors" })
})
