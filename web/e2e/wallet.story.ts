// The layout around every page: the wallet, its chain and account, and what the page loads.
import { actors } from "./actors.ts"
import { connect, expect, test } from "./visitor.ts"

const short = (address: string) => `${address.slice(0, 6)}…${address.slice(-4)}`

test("a visitor without a wallet can browse, and sees what a wallet is for", async ({ visits }) => {
  const { page } = await visits.begin()
  await expect(page.getByRole("status").filter({ hasText: "Live" })).toBeVisible()
  await page.getByRole("button", { name: "Connect wallet" }).click()
  const dialog = page.getByRole("dialog", { name: "Connect wallet" })
  await expect(dialog.getByText("This browser has no wallet")).toBeVisible()
  await page.keyboard.press("Escape")
  await expect(dialog).toBeHidden()
})

test("an announced wallet is connected, remembered, and disconnected", async ({ visits }) => {
  const { page, wallet } = await visits.connected(actors.tenant)
  const account = page.getByRole("button", { name: `Account ${short(actors.tenant.address)}` })
  await page.reload()
  await expect(account).toBeVisible()
  await account.click()
  await page.getByRole("menuitem", { name: "Copy address" }).click()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(actors.tenant.address)
  await account.click()
  await page.getByRole("menuitem", { name: "Disconnect" }).click()
  await expect(page.getByRole("button", { name: "Connect wallet" })).toBeVisible()
  expect(wallet.askedFor("eth_sendTransaction")).toHaveLength(0)
})

test("a rejected connection can be retried", async ({ visits }) => {
  const { page, wallet } = await visits.begin({ account: actors.tenant })
  wallet.refuse()
  await page.getByRole("button", { name: "Connect wallet" }).click()
  const dialog = page.getByRole("dialog")
  await dialog.getByRole("button", { name: "Harbour Wallet" }).click()
  await expect(dialog.getByText("You rejected the request in the wallet. Nothing was sent.")).toBeVisible()
  await page.keyboard.press("Escape")
  await connect(page)
})

test("the account follows the wallet, and its removal", async ({ visits }) => {
  const { page, wallet } = await visits.connected(actors.tenant)
  await wallet.switchAccount(actors.stranger)
  await expect(page.getByRole("button", { name: `Account ${short(actors.stranger.address)}` })).toBeVisible()
  await wallet.disconnect()
  await expect(page.getByRole("button", { name: "Connect wallet" })).toBeVisible()
})

test("a dead wallet is disconnected, and the page continues without it", async ({ visits }) => {
  const { page, wallet } = await visits.connected(actors.tenant)
  await wallet.die()
  await expect(page.getByRole("button", { name: "Connect wallet" })).toBeVisible()
  await page.getByRole("link", { name: "Leases", exact: true }).click()
  await expect(page.getByRole("heading", { level: 1, name: "Leases" })).toBeVisible()
})

test("on a wrong chain a banner says so, and switches", async ({ visits, stack }) => {
  const { page, wallet } = await visits.connected(actors.tenant)
  await wallet.switchChain(1)
  const banner = page.getByRole("status").filter({ hasText: "Your wallet is on chain 1" })
  await expect(banner).toBeVisible()
  wallet.obliging = false
  await banner.getByRole("button", { name: /^Switch to/ }).click()
  await expect(banner.getByText("You rejected the request in the wallet. Nothing was sent.")).toBeVisible()
  wallet.obliging = true
  await banner.getByRole("button", { name: /^Switch to/ }).click()
  await expect(banner).toBeHidden()
  expect(wallet.chainId).toBe(stack.chain.id)
})

test("the page is fully Chinese, and remembers the language", async ({ visits }) => {
  const { page } = await visits.connected(actors.tenant)
  await page.getByRole("button", { name: "中文" }).first().click()
  await expect(page.getByRole("navigation", { name: "页面" })).toBeVisible()
  await expect(page.locator("html")).toHaveAttribute("lang", "zh-CN")
  await page.reload()
  await expect(page.getByRole("link", { name: "租约" })).toBeVisible()
})
