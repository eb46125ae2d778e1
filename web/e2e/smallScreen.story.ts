// On the smallest phone, in both languages: no page scrolls horizontally, and each has one first-level heading.
import { accounts, settled } from "./pages.ts"
import { signIn } from "./session.ts"
import { expect, test } from "./visitor.ts"

for (const language of ["en", "zh"] as const) {
  test(`no page scrolls sideways at 320 pixels (${language})`, async ({ visits, stack }) => {
    test.setTimeout(240_000)
    for (const { account, places } of accounts()) {
      const { page } = await visits.connected(account, { width: 320, language })
      await signIn(page, stack, account)
      for (const place of places(stack.up.lease!)) {
        await visits.go(page, place.path)
        await settled(page)
        const [wide, wanted] = await page.evaluate(() => [
          document.documentElement.scrollWidth,
          document.documentElement.clientWidth,
        ])
        expect.soft(wide, place.name).toBeLessThanOrEqual(wanted!)
        await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1)
        if (language === "zh") {
          // In Chinese, every page's heading is Chinese.
          expect
            .soft(await page.getByRole("heading", { level: 1 }).textContent(), place.name)
            .toMatch(/\p{Script=Han}/u)
        }
      }
    }
  })
}
