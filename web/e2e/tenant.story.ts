// A tenant's whole story with a wallet: from a Compose file through load, a proof and a top-up to the refund.
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { type Hex, parseEther, zeroAddress } from "viem"
import type { LeaseView } from "../src/api/types.ts"
import { actors } from "./actors.ts"
import { press } from "./loadGenerator.ts"
import { repository, until } from "./stack.ts"
import { connect, expect, test } from "./visitor.ts"

const WRONG = `services:
  web:
    image: tidemark-sample:latest
    command: ["front"]
    privileged: true
`

test("a tenant deploys, scales, verifies, tops up, and is refunded", async ({ visits, stack }) => {
  test.setTimeout(240_000)
  const sample = await readFile(join(repository, "sample/compose.yaml"), "utf8")
  const { page, wallet } = await visits.begin({ account: actors.tenant, path: "/deploy" })
  let lease: Hex = "0x"
  const view = () => stack.get<LeaseView>(`/v1/leases/${lease}`)

  await test.step("a manifest that would break out is refused at its line", async () => {
    const manifest = page.getByLabel("Manifest", { exact: true })
    await manifest.fill(WRONG)
    await expect(page.getByText(/\d+ problems?/)).toBeVisible()
    const refusal = page
      .getByRole("list", { name: "What the provider refuses" })
      .getByRole("listitem")
      .first()
    await expect(refusal).toContainText("privileged")
    await refusal.getByRole("button", { name: "Line 5" }).click()
    await expect(manifest).toBeFocused()
    await expect(page.getByRole("button", { name: "Open the lease" })).toBeDisabled()
    await expect(page.getByText("Fix the manifest first: the provider refuses it.")).toBeVisible()
    await manifest.fill(sample)
    await expect(page.getByText("The provider would run it: 2 services")).toBeVisible()
  })

  await test.step("the price is shown before signing", async () => {
    await page.getByRole("textbox", { name: "CPU" }).fill("0.25")
    await page.getByRole("textbox", { name: "Memory" }).fill("64")
    await page.getByRole("textbox", { name: "Disk" }).fill("64")
    await page.getByLabel("Cooldown").fill("5")
    await page.getByLabel("Budget per hour (ETH)").fill("1")
    await page.getByLabel("Deposit (ETH)").fill("0.05")
    await expect(page.getByText("Connect a wallet first.")).toBeVisible()
    const cost = page.getByRole("table").filter({ hasText: "Deposit lasts" })
    await expect(cost).toContainText("3 replicas")
    await connect(page)
  })

  await test.step("a rejection in the wallet costs nothing, and can be retried", async () => {
    wallet.refuse()
    await page.getByRole("button", { name: "Open the lease" }).click()
    await expect(
      page.getByText("You rejected the request in the wallet. Nothing was sent.").first(),
    ).toBeVisible()
    expect(wallet.sent).toHaveLength(0)
    await page.getByRole("button", { name: "Try again" }).click()
  })

  await test.step("it runs, and its URL answers", async () => {
    const steps = page.getByRole("list", { name: "Steps" })
    const url = steps.getByRole("link", { name: /^http/ })
    await expect(url).toBeVisible({ timeout: 60_000 })
    expect(wallet.askedFor("eth_signTypedData_v4")).toHaveLength(1)
    await steps.getByRole("link", { name: "Open the lease page" }).click()
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible()
    lease = new URL(page.url()).pathname.split("/").at(-1) as Hex
    const { served, terms } = await view()
    expect(terms.tenant.toLowerCase()).toBe(actors.tenant.address.toLowerCase())
    const answer = await fetch(served[0]!.pathUrl)
    expect(await answer.text()).toContain("The tide is in.")
  })

  await test.step("it scales up under load, and the step is explained", async () => {
    const { served } = await view()
    const load = press(`${served[0]!.pathUrl}/burn?ms=20`, 40)
    try {
      await page.getByRole("tab", { name: "Replicas" }).click()
      const steps = page.getByRole("region", { name: "Steps" })
      await expect(steps.getByText(/From 1 to [23] replicas/)).toBeVisible({ timeout: 90_000 })
      await expect(steps.getByText("by proof").first()).toBeVisible()
      await expect(steps.getByText(/The statement of epoch \d+ proves/).first()).toBeVisible()
    } finally {
      await load.stop()
    }
    expect(load.answered()).toBeGreaterThan(20)
    const proven = await stack.reader.getContractEvents({
      ...stack.market,
      eventName: "StepProven",
      args: { lease },
      fromBlock: 0n,
    })
    expect(proven.length).toBeGreaterThan(0)
  })

  await test.step("a proof holds in this browser", async () => {
    await page.getByRole("tab", { name: "Proofs" }).click()
    await page
      .getByRole("button", { name: /^Verify epoch/ })
      .first()
      .click()
    await page.getByRole("button", { name: "Verify in this browser" }).click()
    await expect(page.getByText("The proof holds")).toBeVisible()
    await expect(page.getByText("Read through your wallet's own node (Harbour Wallet).")).toBeVisible()
    await expect(page.getByText("does not hold")).toHaveCount(0)
    expect(wallet.asked.some(({ method }) => method === "eth_call")).toBe(true)
  })

  await test.step("a top-up extends its runway", async () => {
    await page.getByRole("tab", { name: "Overview" }).click()
    await page.getByRole("button", { name: "Top up", exact: true }).click()
    const dialog = page.getByRole("dialog", { name: "Top up" })
    await dialog.getByLabel("Amount, ETH").fill("0.01")
    await dialog.getByRole("button", { name: "Top up 0.01 ETH" }).click()
    await expect(dialog).toBeHidden()
    await expect.poll(async () => (await view()).money.deposited).toBe(parseEther("0.06").toString())
    await page.getByRole("tab", { name: "Money" }).click()
    await expect(page.getByText("0.06 ETH").first()).toBeVisible()
  })

  await test.step("closed and refunded, the money adds up", async () => {
    await page.getByRole("tab", { name: "Overview" }).click()
    await page.getByRole("button", { name: "Close", exact: true }).click()
    await page.getByRole("dialog", { name: "Close" }).getByRole("button", { name: "Close the lease" }).click()
    await expect(page.getByText(/Closed/).first()).toBeVisible()
    await until("the last settlement", 60_000, async () => (await view()).money.owed === "0")
    if ((await view()).money.balance !== "0") {
      await page.getByRole("button", { name: "Refund", exact: true }).click()
      await page
        .getByRole("dialog", { name: "Refund" })
        .getByRole("button", { name: "Refund the tenant" })
        .click()
    }
    await until("an empty account", 30_000, async () => (await view()).money.balance === "0")
    const { deposited, paid, returned } = (await view()).money
    expect(BigInt(paid)).toBeGreaterThan(0n)
    expect(BigInt(paid) + BigInt(returned)).toBe(BigInt(deposited))
    const args = [lease, zeroAddress] as const
    const account = await stack.reader.readContract({ ...stack.market, functionName: "accountOf", args })
    expect(account.paid).toBe(BigInt(paid))
    await until("an end of its containers", 30_000, async () => (await view()).containers.length === 0)
  })

  await test.step("every transaction is in the list, and survives a reload", async () => {
    await page.reload()
    await page.getByRole("button", { name: "Transactions" }).click()
    const centre = page.getByRole("dialog", { name: "Transactions" })
    await expect(centre.getByRole("listitem").filter({ hasText: "Mined" })).toHaveCount(wallet.sent.length)
    await expect(
      centre.getByRole("listitem").filter({ hasText: "You rejected the request in the wallet." }),
    ).toHaveCount(1)
  })
})
