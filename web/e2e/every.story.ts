// What holds on every page: no violation that axe finds, in both themes; no sideways scrolling on the smallest phone; one
// heading of the first order; and it says the same in Chinese.
import AxeBuilder from "@axe-core/playwright"
import type { Page } from "@playwright/test"
import { type Place, places } from "./places.ts"
import { signIn } from "./session.ts"
import type { Stack } from "./stack.ts"
import { connect, expect, test, type Visits } from "./visit.ts"

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

/** Stands at a place, with all that it loads first. */
async function stand(page: Page, visits: Visits, { path }: Place) {
  await visits.go(page, path)
  await settled(page)
}

/** Until nothing says that it loads. */
async function settled(page: Page) {
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible()
  await expect(page.getByText(/^(Loading|加载中)$/)).toHaveCount(0)
}

async function faults(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze()
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(
      ({ target, failureSummary }) => `${id}: ${help} at ${target.join(" ")}\n${failureSummary ?? ""}`,
    ),
  )
}

/** Each group is one person, who goes from page to page. */
async function visitors(
  visits: Visits,
  stack: Stack,
  wishes: { theme?: "light" | "dark"; width?: number; language?: "zh" },
) {
  const all = places(stack.up.lease!)
  const accounts = [...new Set(all.map(({ account }) => account))]
  return accounts.map((account) => ({
    places: all.filter((place) => place.account === account),
    async enter() {
      const visitor = await visits.begin({ account, ...wishes })
      await connect(visitor.page)
      if (all.some((place) => place.account === account && place.inside))
        await signIn(visitor.page, stack, account)
      return visitor
    },
  }))
}

for (const theme of ["light", "dark"] as const) {
  test(`axe finds nothing on any page in the ${theme} theme`, async ({ visits, stack }) => {
    test.setTimeout(240_000)
    for (const { places, enter } of await visitors(visits, stack, { theme })) {
      const { page } = await enter()
      for (const place of places) {
        await stand(page, visits, place)
        expect.soft(await faults(page), place.name).toEqual([])
      }
    }
  })
}

test("no page scrolls sideways at 320 pixels, in either language", async ({ visits, stack }) => {
  test.setTimeout(240_000)
  for (const language of ["en", "zh"] as const) {
    const wishes = { width: 320, ...(language === "zh" ? { language } : {}) }
    for (const { places, enter } of await visitors(visits, stack, wishes)) {
      const { page } = await enter()
      for (const place of places) {
        await stand(page, visits, place)
        const [wide, wanted] = await page.evaluate(() => [
          document.documentElement.scrollWidth,
          document.documentElement.clientWidth,
        ])
        expect.soft(wide, `${place.name} in ${language}`).toBeLessThanOrEqual(wanted!)
        await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1)
      }
    }
  }
})

test("dialogs and menus have no fault either", async ({ visits, stack }) => {
  for (const theme of ["light", "dark"] as const) {
    const { page } = await visits.begin({ theme, account: places(stack.up.lease!)[0]!.account })
    await settled(page)
    await page.getByRole("button", { name: "Connect wallet" }).click()
    await expect(page.getByRole("dialog")).toBeVisible()
    expect.soft(await faults(page), "the wallets").toEqual([])
    await page.keyboard.press("Escape")
    await page.getByRole("button", { name: "Transactions" }).click()
    await expect(page.getByRole("dialog", { name: "Transactions" })).toBeVisible()
    expect.soft(await faults(page), "the transactions").toEqual([])
    await page.keyboard.press("Escape")
    await connect(page)
    await page.getByRole("button", { name: /^Account 0x/ }).click()
    await expect(page.getByRole("menu")).toBeVisible()
    expect.soft(await faults(page), "the account").toEqual([])
  }
})
