// Screenshots of every page in both themes, desktop and phone, into web/screenshots; and the four of docs/page.md into
// docs/screenshots. The market is real: a lease under load, an order, a dispute and a proposal.
import { mkdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { expect, type Page } from "@playwright/test"
import { keccak256 } from "viem"
import type { LeaseView } from "../src/api/types.ts"
import { actors } from "./actors.ts"
import { type Load, press } from "./loadGenerator.ts"
import { type Place, places } from "./pages.ts"
import { propose } from "./proposal.ts"
import { signIn } from "./session.ts"
import { repository, type Stack, until } from "./stack.ts"
import { connect, test, Visits } from "./visitor.ts"

const folder = join(repository, "web/screenshots")
const readme = join(repository, "docs/screenshots")
const SIZES = { desk: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } }

/** Data for every page. */
async function furnish(visits: Visits, stack: Stack) {
  const { approvers, tenant, newcomer } = actors
  const order = ["order", "open", "sample/compose.yaml", "--max-rate", "1/h", "--deposit", "0.05"]
  await stack.tidemark(tenant, ...order, "--cpus", "0.25", "--memory", "64", "--disk", "64")
  const disputed = await stack.deploy("sample/compose.yaml", "--cpus", "0.1")
  await stack.tidemark(tenant, "dispute", disputed, "--evidence", "sample/compose.yaml")
  const { page } = await visits.begin()
  await propose(page, stack, newcomer, approvers[0])
  const evidence = await readFile(join(repository, "sample/compose.yaml"))
  await page.request.put(`${stack.url}/v1/evidence/${keccak256(evidence)}`, {
    data: evidence,
    headers: { origin: stack.url, "content-type": "application/octet-stream" },
  })
  await page.context().close()
}

/** Until the lease has scaled up and has a proof. */
async function risen(stack: Stack) {
  await until("a second replica", 90_000, async () => {
    const view = await stack.get<LeaseView>(`/v1/leases/${stack.up.lease}`)
    return view.replicas.healthy > 1 && BigInt(view.money.paid) > 0n
  })
}

async function show(page: Page, url: string) {
  await page.goto(url)
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible()
  await expect(page.getByText(/^(Loading|加载中)$/)).toHaveCount(0)
  await page.waitForTimeout(700)
}

let load: Load | undefined

test.beforeAll(async ({ browser, stack }) => {
  test.setTimeout(240_000)
  const visits = new Visits(browser, stack)
  await furnish(visits, stack)
  await visits.end()
  const { served } = await stack.get<LeaseView>(`/v1/leases/${stack.up.lease}`)
  load = press(`${served[0]!.pathUrl}/burn?ms=15`, 25)
  await risen(stack)
})

test.afterAll(() => load?.stop())

test("the four of docs/page.md", async ({ visits, stack }) => {
  test.setTimeout(120_000)
  await mkdir(readme, { recursive: true })
  const { page } = await visits.begin({ account: actors.tenant, width: 1000, height: 600 })
  await connect(page)
  await signIn(page, stack, actors.tenant)
  for (const name of ["market", "deploy", "lease-replicas", "lease-proofs"]) {
    const place = places(stack.up.lease!).find((place) => place.name === name)!
    await show(page, stack.url + place.path)
    await before(page, place)
    await page.screenshot({ path: join(readme, `${name}.png`), animations: "disabled" })
  }
})

test("every page", async ({ visits, stack }) => {
  test.setTimeout(900_000)
  const all = places(stack.up.lease!)
  for (const theme of ["light", "dark"] as const) {
    for (const account of new Set(all.map((place) => place.account))) {
      const { page } = await visits.begin({ account, theme })
      await connect(page)
      await signIn(page, stack, account)
      for (const place of all.filter((place) => place.account === account)) {
        for (const [name, size] of Object.entries(SIZES)) {
          await page.setViewportSize(size)
          await show(page, stack.url + place.path)
          await before(page, place)
          const path = join(folder, `${place.name}-${theme}-${name}.png`)
          await page.screenshot({ path, fullPage: true, animations: "disabled" })
        }
      }
    }
  }
})

/** Interactions on a page before its screenshot. */
async function before(page: Page, { name }: Place) {
  if (name === "deploy") {
    await page.getByRole("button", { name: /^(Use the sample|使用示例)$/ }).click()
    await expect(page.getByText("The provider would run it: 2 services")).toBeVisible()
  }
  if (name === "lease-replicas") {
    // Live charts are drawn only while visible, from the first sample on.
    await page.getByRole("region", { name: "Use, live" }).evaluate((part) => part.scrollIntoView())
    await page.waitForTimeout(2_500)
    await page
      .getByRole("tablist")
      .evaluate((tabs) => scrollTo(0, scrollY + tabs.getBoundingClientRect().top - 72))
  }
  if (name === "lease-proofs") {
    await page
      .getByRole("button", { name: /^Verify epoch/ })
      .first()
      .click()
    await page.getByRole("button", { name: "Verify in this browser" }).click()
    await expect(page.getByText("The proof holds")).toBeVisible()
    await page.getByText("The proof holds").scrollIntoViewIfNeeded()
  }
}
