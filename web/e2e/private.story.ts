// Private data of a lease: logs as plain text, a shell, and access grants.
import type { Hex } from "viem"
import { actors } from "./actors.ts"
import { shellApplication, WICKED } from "./shell.ts"
import { expect, test } from "./visitor.ts"

let application: ReturnType<typeof shellApplication>
let lease: Hex

test.beforeAll(async ({ stack }) => {
  application = shellApplication()
  lease = await stack.deploy(application.file, "--cpus", "0.1")
})

test.afterAll(() => application.remove())

test("logs are text, whatever a container prints", async ({ visits }) => {
  const { page, wallet } = await visits.connected(actors.tenant, { path: `/leases/${lease}?tab=logs` })
  wallet.refuse()
  await page.getByRole("button", { name: "Sign in" }).click()
  await expect(page.getByText("You rejected the request in the wallet. Nothing was sent.")).toBeVisible()
  await page.getByRole("button", { name: "Sign in" }).click()

  const log = page.getByRole("log", { name: "Log lines" })
  await expect(log.getByText(`tide ${WICKED}`).first()).toBeVisible()
  await expect(log.getByText(/^red tide/).first()).toBeVisible()
  await expect(log).not.toContainText("\u001b")
  expect(await log.evaluate((box) => box.querySelectorAll("img, script").length)).toBe(0)
  expect(await page.evaluate(() => "wasRun" in window)).toBe(false)

  // Logs follow, and can be searched.
  const seen = await page.getByText(/^[\d,]+ lines$/).textContent()
  await expect(page.getByText(/^[\d,]+ lines$/)).not.toHaveText(seen!)
  await page.getByLabel("Search").fill("low tide")
  await expect(page.getByText(/^\d+ lines match$/)).toBeVisible()
  await page.getByRole("button", { name: "Next match" }).click()
  await expect(page.getByText(/^1 of \d+$/)).toBeVisible()
})

test("usage is shown per second", async ({ visits }) => {
  const { page } = await visits.connected(actors.tenant, { path: `/leases/${lease}?tab=replicas` })
  await page.getByRole("button", { name: "Sign in" }).click()
  const live = page.getByRole("region", { name: "Use, live" })
  await live.scrollIntoViewIfNeeded()
  const memory = live.getByRole("figure").filter({ hasText: "Memory" })
  await expect(memory).toContainText(/[\d.]+ (KiB|MiB)/)
  await expect(page.getByRole("status").filter({ hasText: "Live" }).last()).toBeVisible()
})

test("a shell runs in the container, under its limits", async ({ visits }) => {
  const { page } = await visits.connected(actors.tenant, { path: `/leases/${lease}?tab=shell` })
  await page.getByRole("button", { name: "Sign in" }).click()
  // Makes the terminal's content readable by the test.
  await page.getByLabel("Screen reader mode").check()
  await page.getByRole("button", { name: "Open shell" }).click()
  await expect(page.getByRole("status").filter({ hasText: "Open" })).toBeVisible()
  const terminal = page.getByRole("textbox", { name: "Terminal input" })
  await terminal.pressSequentially("echo $((6*7))-$(id -u); exit 3\n")
  await expect(
    page
      .getByRole("list")
      .filter({ hasText: /42-\d+/ })
      .first(),
  ).toBeVisible()
  await expect(page.getByText("It ended with exit code 3.")).toBeVisible()
})

test("a stranger has no access without a grant, and each access is logged", async ({ visits }) => {
  const stranger = await visits.connected(actors.stranger, { path: `/leases/${lease}?tab=logs` })
  await stranger.page.getByRole("button", { name: "Sign in" }).click()
  await expect(stranger.page.getByText(WICKED).first()).toBeHidden()

  const tenant = await visits.connected(actors.tenant, { path: `/leases/${lease}?tab=access` })
  await tenant.page.getByRole("button", { name: "Sign in" }).click()
  await tenant.page.getByLabel("Address").fill(actors.stranger.address)
  await tenant.page.getByLabel("May see").selectOption("logs")
  await tenant.page.getByRole("button", { name: "Sign and share" }).click()
  await expect(tenant.page.getByText("Shared.")).toBeVisible()
  expect(tenant.wallet.sent).toHaveLength(0)

  await stranger.page.reload()
  await expect(stranger.page.getByText(`tide ${WICKED}`).first()).toBeVisible()
  await expect(tenant.page.getByRole("row").filter({ hasText: "logs" }).first()).toBeVisible()
})
