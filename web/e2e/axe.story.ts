// axe finds no violation on any page, in either theme, also with dialogs and menus open.
import AxeBuilder from "@axe-core/playwright"
import type { Page } from "@playwright/test"
import { actors } from "./actors.ts"
import { accounts, settled } from "./pages.ts"
import { signIn } from "./session.ts"
import { connect, expect, test } from "./visitor.ts"

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

async function faults(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze()
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(
      ({ target, failureSummary }) => `${id}: ${help} at ${target.join(" ")}\n${failureSummary ?? ""}`,
    ),
  )
}

/** In the current theme, and in the other one. */
async function examine(page: Page, what: string) {
  for (let theme = 0; theme < 2; theme++) {
    expect.soft(await faults(page), what).toEqual([])
    await page.evaluate(() => {
      const { dataset } = document.documentElement
      dataset.theme = dataset.theme === "dark" ? "light" : "dark"
    })
  }
}

for (const { account, name, places } of accounts()) {
  test(`no page of the ${name} has a fault`, async ({ visits, stack }) => {
    test.setTimeout(240_000)
    const { page } = await visits.connected(account)
    await signIn(page, stack, account)
    for (const place of places(stack.up.lease!)) {
      await visits.go(page, place.path)
      await settled(page)
      await examine(page, place.name)
    }
  })
}

test("dialogs and menus have no violations either", async ({ visits, stack }) => {
  test.setTimeout(180_000)
  const { page } = await visits.begin({ account: actors.tenant, path: `/leases/${stack.up.lease}` })
  await settled(page)
  await page.getByRole("button", { name: "Connect wallet" }).click()
  await expect(page.getByRole("dialog")).toBeVisible()
  await examine(page, "the wallets")
  await page.keyboard.press("Escape")
  await connect(page)
  await page.getByRole("button", { name: "Transactions" }).click()
  await expect(page.getByRole("dialog", { name: "Transactions" })).toBeVisible()
  await examine(page, "the transactions")
  await page.keyboard.press("Escape")
  await page.getByRole("button", { name: /^Account 0x/ }).click()
  await expect(page.getByRole("menu")).toBeVisible()
  await examine(page, "the account")
  await page.keyboard.press("Escape")
  for (const action of ["Top up", "Scale", "Change policy", "Withdraw", "Close", "Dispute"]) {
    await page.getByRole("button", { name: action, exact: true }).click()
    await expect(page.getByRole("dialog", { name: action })).toBeVisible()
    await examine(page, action)
    await page.keyboard.press("Escape")
  }
})
