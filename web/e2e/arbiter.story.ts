// Disputes: a tenant disputes, an arbiter rules, and the provider's bond pays.
import { writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { actors } from "./actors.ts"
import { Stack } from "./stack.ts"
import { expect, test, Visits } from "./visitor.ts"

const COMPLAINT = "The front answered 503 for an hour. <script>window.wasRun = 1</script>"

// A ruling reduces the bond and stops the provider from selling, so this story has a market of its own.
let stack: Stack

test.beforeAll(async () => {
  stack = await Stack.start(["--no-sample"])
})

test.afterAll(() => stack.stop())

test("a dispute is opened with evidence, and ruled for the tenant", async ({ browser }) => {
  test.setTimeout(120_000)
  const visits = new Visits(browser, stack)
  const lease = await stack.deploy("sample/compose.yaml", "--cpus", "0.1")
  const short = `${lease.slice(0, 6)}…${lease.slice(-4)}`
  const evidence = join(tmpdir(), `tidemark-evidence-${lease.slice(2, 10)}.txt`)
  await writeFile(evidence, COMPLAINT)
  const bondOf = async () =>
    (
      await stack.reader.readContract({
        ...stack.market,
        functionName: "providerOf",
        args: [actors.provider.address],
      })
    ).bond

  await test.step("the tenant disputes", async () => {
    const { page } = await visits.connected(actors.tenant, { path: `/leases/${lease}` })
    await page.getByRole("button", { name: "Dispute", exact: true }).click()
    const dialog = page.getByRole("dialog", { name: "Dispute" })
    await expect(dialog.getByRole("button", { name: "Open the dispute" })).toBeDisabled()
    await dialog.getByLabel("Evidence").setInputFiles(evidence)
    await dialog.getByRole("button", { name: "Open the dispute" }).click()
    await expect(dialog.getByText("The dispute is open, and the evidence was uploaded.")).toBeVisible()
    await page.keyboard.press("Escape")
    await expect(page.getByText("Disputed").first()).toBeVisible()
  })

  await test.step("a stranger may not rule", async () => {
    const { page } = await visits.connected(actors.stranger, { path: "/arbiter" })
    await expect(page.getByText(short).first()).toBeVisible()
    await expect(page.getByRole("button", { name: "Rule", exact: true })).toBeDisabled()
  })

  await test.step("the arbiter reads the evidence as text, and rules", async () => {
    const before = await bondOf()
    const { page, wallet } = await visits.connected(actors.arbiters[0], { path: "/arbiter" })
    await expect(page.getByText(short).first()).toBeVisible()
    await expect(page.getByText(COMPLAINT)).toBeVisible()
    expect(await page.evaluate(() => "wasRun" in window)).toBe(false)
    await page.getByRole("radio", { name: "For the tenant" }).check()
    await page.getByRole("slider", { name: /Taken from the provider's bond/ }).fill("500")
    await expect(page.getByText("5 % of the bond").first()).toBeVisible()
    await page.getByRole("button", { name: "Rule", exact: true }).click()
    await expect.poll(() => wallet.sent.length).toBe(1)
    const receipt = await stack.reader.waitForTransactionReceipt({ hash: wallet.sent[0]! })
    expect(receipt.status).toBe("success")
    expect(await bondOf()).toBe(before - (before * 500n) / 10_000n)
    await expect(page.getByRole("button", { name: "Rule", exact: true })).toHaveCount(0)
  })
  await visits.end()
})
