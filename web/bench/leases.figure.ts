// A thousand leases: listed, and filtered while typing. Only that answer of the API is mocked: a real lease, repeated
// with other ids.
import { type Hex, keccak256, numberToHex } from "viem"
import { expect, test } from "../e2e/visitor.ts"
import type { LeaseSummary } from "../src/api/types.ts"
import { percentile, tell } from "./figure.ts"

const MANY = 1_000

function thousand(real: LeaseSummary): LeaseSummary[] {
  return Array.from({ length: MANY }, (_, index) => {
    const id = keccak256(numberToHex(index, { size: 32 }))
    const tenant = keccak256(id).slice(0, 42) as Hex
    const closed = index % 5 === 4
    const status = closed ? ("closed" as const) : ("active" as const)
    const openedAt = real.openedAt - index * 60
    return { ...real, id, tenant, status, openedAt, closedAt: closed ? openedAt + 30 : null }
  })
}

test("a thousand leases", async ({ visits, stack }) => {
  const all = thousand((await stack.get<LeaseSummary[]>("/v1/leases"))[0]!)
  const listed: number[] = []
  const filtered: number[] = []
  const { page } = await visits.begin({ path: null })
  await page.route(/\/v1\/leases(\?.*)?$/, (route) => route.fulfill({ json: all }))
  // From the last byte of the answer to the first paint with a row.
  await page.addInitScript(() => {
    const seen = window as unknown as { listedAt: number }
    const watch = new MutationObserver(() => {
      if (!document.querySelector("tbody tr")) return
      watch.disconnect()
      requestAnimationFrame(() => setTimeout(() => (seen.listedAt = performance.now())))
    })
    watch.observe(document, { childList: true, subtree: true })
  })
  for (let visit = 0; visit < 5; visit++) {
    await visits.go(page, "/leases")
    await expect(
      page.getByText(`${MANY.toLocaleString("en-US")} of ${MANY.toLocaleString("en-US")}`),
    ).toBeVisible()
    await expect.poll(() => page.evaluate(() => "listedAt" in window)).toBe(true)
    listed.push(
      await page.evaluate(() => {
        const answers = performance.getEntriesByType("resource") as PerformanceResourceTiming[]
        const answer = answers.find(({ name }) => /\/v1\/leases(\?.*)?$/.test(name))!
        return (window as unknown as { listedAt: number }).listedAt - answer.responseEnd
      }),
    )
  }
  await page.getByLabel("Find").fill("")
  for (const { id } of all.filter((_, index) => index % 50 === 7)) {
    const took = await page.evaluate(
      async (text) => {
        const field = document.querySelector<HTMLInputElement>('input[type="search"]')!
        const write = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")!.set!
        const rows = () => document.querySelectorAll("tbody tr").length
        const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))
        const type = async (text: string, until: () => boolean) => {
          const from = performance.now()
          write.call(field, text)
          field.dispatchEvent(new Event("input", { bubbles: true }))
          while (!until()) await painted()
          await painted()
          return performance.now() - from
        }
        await type("", () => rows() > 5)
        return type(text, () => rows() === 1)
      },
      id.slice(0, 12),
    )
    filtered.push(took)
  }
  expect(filtered.length).toBeGreaterThanOrEqual(20)
  tell("web_1000_leases_listed", percentile(listed, 0.5), "ms", { atMost: 100 })
  tell("web_1000_leases_filtered_p95", percentile(filtered, 0.95), "ms", { atMost: 100 })
})
