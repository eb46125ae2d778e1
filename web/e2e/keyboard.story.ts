// Keyboard only: a deployment, and a consent. Every focused element has to show its focus.
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import type { Locator, Page } from "@playwright/test"
import { actors } from "./actors.ts"
import { propose } from "./proposal.ts"
import { repository } from "./stack.ts"
import { expect, test } from "./visitor.ts"
import { WALLET_NAME } from "./wallet.ts"

/** Presses Tab until something has the focus, and checks that the focus is visible. */
async function reach(page: Page, wanted: Locator, most = 120) {
  await expect(wanted).toBeVisible()
  const focused = () => wanted.evaluate((element) => element === document.activeElement)
  for (let presses = 0; presses < most && !(await focused()); presses++) await page.keyboard.press("Tab")
  await expect(wanted).toBeFocused()
  const seen = await wanted.evaluate((element) => {
    const box = element.getBoundingClientRect()
    // The focus ring may be on an element around the field.
    let marked = false
    for (let around: Element | null = element; around && !marked; around = around.parentElement) {
      if (!around.matches(":focus-visible, :focus-within") || around.matches("main, body")) break
      const { outlineStyle, boxShadow } = getComputedStyle(around)
      marked = outlineStyle !== "none" || boxShadow !== "none"
    }
    return { marked, visible: box.bottom > 0 && box.top < innerHeight }
  })
  expect(seen).toEqual({ marked: true, visible: true })
}

async function write(page: Page, field: Locator, text: string) {
  await reach(page, field)
  await page.keyboard.press("ControlOrMeta+A")
  await page.keyboard.insertText(text)
}

async function press(page: Page, wanted: Locator) {
  await reach(page, wanted)
  await page.keyboard.press("Enter")
}

async function connectByKeyboard(page: Page) {
  await press(page, page.getByRole("button", { name: "Connect wallet" }))
  await press(page, page.getByRole("dialog").getByRole("button", { name: WALLET_NAME }))
  await expect(page.getByRole("button", { name: /^Account 0x/ })).toBeVisible()
}

test("the first key skips to the content, and a dialog restores the focus", async ({ visits }) => {
  const { page } = await visits.begin()
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible()
  await press(page, page.getByRole("link", { name: "Skip to content" }))
  await expect(page.getByRole("main")).toBeFocused()
  const opener = page.getByRole("button", { name: "Transactions" })
  await press(page, opener)
  await expect(page.getByRole("dialog", { name: "Transactions" })).toBeVisible()
  await page.keyboard.press("Escape")
  await expect(opener).toBeFocused()
})

test("a lease is opened by keyboard alone", async ({ visits }) => {
  test.setTimeout(120_000)
  const sample = await readFile(join(repository, "sample/compose.yaml"), "utf8")
  const { page } = await visits.begin({ account: actors.tenant, path: "/deploy" })
  await connectByKeyboard(page)
  await write(page, page.getByLabel("Manifest", { exact: true }), sample)
  await expect(page.getByText("The provider would run it: 2 services")).toBeVisible()
  await write(page, page.getByRole("textbox", { name: "CPU" }), "0.1")
  await write(page, page.getByRole("textbox", { name: "Memory" }), "64")
  await write(page, page.getByRole("textbox", { name: "Disk" }), "64")
  await write(page, page.getByLabel("Deposit (ETH)"), "0.02")
  await press(page, page.getByRole("button", { name: "Open the lease" }))
  const steps = page.getByRole("list", { name: "Steps" })
  await expect(steps.getByRole("link", { name: /^http/ })).toBeVisible({ timeout: 60_000 })
  await press(page, steps.getByRole("link", { name: "Open the lease page" }))
  await expect(page.getByRole("tab", { name: "Overview" })).toBeVisible()
  // Arrow keys move between tabs.
  await reach(page, page.getByRole("tab", { name: "Overview" }))
  await page.keyboard.press("ArrowRight")
  await expect(page.getByRole("tab", { name: "Replicas" })).toHaveAttribute("aria-selected", "true")
})

test("an approver consents by keyboard alone", async ({ visits, stack }) => {
  // An account that no other story uses.
  const approver = actors.arbiters[1]
  const poster = await visits.begin()
  await propose(poster.page, stack, actors.stranger, approver)
  const { page, wallet } = await visits.begin({ account: approver, path: "/approvals" })
  await connectByKeyboard(page)
  await press(page, page.getByRole("button", { name: "Sign in", exact: true }))
  await expect(page.getByText("0 of 1 consents").first()).toBeVisible()
  await press(page, page.getByRole("button", { name: "Consent by signature" }))
  await expect(page.getByText("1 of 1 consents").first()).toBeVisible()
  expect(wallet.sent).toHaveLength(0)
})
