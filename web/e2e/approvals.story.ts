// Shared ownership: an account binds itself to two of three approvers. An action beyond its limits collects their
// consents, each in a browser of their own, and the account sends it.
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import type { Page } from "@playwright/test"
import { actors } from "./actors.ts"
import { repository, until } from "./stack.ts"
import { expect, test } from "./visitor.ts"

/** Signs in where the page asks for it. */
async function enter(page: Page) {
  await page.getByRole("button", { name: "Sign in", exact: true }).first().click()
  await expect(page.getByRole("button", { name: "Sign in", exact: true })).toHaveCount(0)
}

test("a deployment beyond the limits takes two of three approvers", async ({ visits, stack }) => {
  test.setTimeout(180_000)
  const [one, two, three] = actors.approvers
  const account = actors.newcomer
  const owner = await visits.connected(account, { path: "/approvals" })
  const { page } = owner

  await test.step("the account binds itself", async () => {
    await page.getByRole("tab", { name: "My account's policy" }).click()
    await page.getByLabel("Approvers").fill([one, two, three].map(({ address }) => address).join("\n"))
    await page.getByLabel("Consents needed").fill("2")
    await page.getByLabel("A lease may reserve, ETH/h").fill("1")
    await page.getByLabel("A call may transfer, ETH").fill("0.01")
    await page.getByLabel("In the market, ETH").fill("2")
    await page.getByRole("button", { name: "Bind the account" }).click()
    await expect(page.getByText("2 of 3 approvers")).toBeVisible()
  })

  await test.step("a call beyond a limit becomes a proposal", async () => {
    const sample = await readFile(join(repository, "sample/compose.yaml"), "utf8")
    await visits.go(page, "/deploy")
    await page.getByLabel("Manifest", { exact: true }).fill(sample)
    await page.getByRole("textbox", { name: "CPU" }).fill("0.1")
    await page.getByRole("textbox", { name: "Memory" }).fill("64")
    await page.getByRole("textbox", { name: "Disk" }).fill("64")
    await page.getByLabel("Deposit (ETH)").fill("0.05")
    await page.getByRole("button", { name: "Open the lease" }).click()
    await page.getByRole("button", { name: "Propose to my approvers" }).click()
    const dialog = page.getByRole("dialog", { name: "Propose to approvers" })
    await expect(dialog.getByText("2 of 3 approvers")).toBeVisible()
    await dialog.getByRole("button", { name: /hare with the approvers/ }).click()
    await expect(
      dialog.getByText("Shared: the approvers see it when they sign in at this provider."),
    ).toBeVisible()
    expect(owner.wallet.sent).toHaveLength(1)
  })

  const first = await visits.connected(one, { path: "/approvals" })
  const second = await visits.connected(two, { path: "/approvals" })
  const outsider = await visits.connected(actors.stranger, { path: "/approvals" })

  await test.step("one consents by signature, which costs nothing", async () => {
    await enter(first.page)
    await expect(first.page.getByText("0 of 2 consents").first()).toBeVisible()
    await expect(first.page.getByText("0.05 ETH").first()).toBeVisible()
    await first.page.getByRole("button", { name: "Consent by signature" }).click()
    await expect(first.page.getByText("1 of 2 consents").first()).toBeVisible()
    expect(first.wallet.askedFor("eth_signTypedData_v4")).toHaveLength(1)
    expect(first.wallet.sent).toHaveLength(0)
  })

  await test.step("another by transaction", async () => {
    await enter(second.page)
    await expect(second.page.getByText("1 of 2 consents").first()).toBeVisible()
    await second.page.getByRole("button", { name: "Consent by transaction" }).click()
    await expect(second.page.getByText("2 of 2 consents").first()).toBeVisible()
    expect(second.wallet.sent).toHaveLength(1)
  })

  await test.step("another account has no proposals", async () => {
    await enter(outsider.page)
    await expect(outsider.page.getByText("No proposals")).toBeVisible()
  })

  await test.step("the account sends it, and the lease runs", async () => {
    await visits.go(page, "/approvals")
    await expect(page.getByText("Ready to send")).toBeVisible()
    await page.getByRole("button", { name: "Send", exact: true }).click()
    const [opened] = await until("the lease", 20_000, async () => {
      const found = await stack.reader.getContractEvents({
        ...stack.market,
        eventName: "LeaseOpened",
        args: { tenant: account.address },
        fromBlock: 0n,
      })
      return found.length > 0 && found
    })
    expect(opened!.args.deposit).toBe(50_000_000_000_000_000n)

    await visits.go(page, "/deploy")
    await page.getByRole("button", { name: "Sign", exact: true }).click()
    await expect(page.getByRole("link", { name: /^http/ })).toBeVisible({ timeout: 60_000 })
  })
})
