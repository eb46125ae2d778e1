// A provider reviews its page and withdraws earnings.
import { formatEther, zeroAddress } from "viem"
import { actors } from "./actors.ts"
import { until } from "./stack.ts"
import { expect, test } from "./visitor.ts"

test("a provider withdraws what proofs have earned", async ({ visits, stack }) => {
  const { provider } = actors
  const earnings = () =>
    stack.reader.readContract({
      ...stack.market,
      functionName: "earnings",
      args: [provider.address, zeroAddress],
    })
  await until("earnings", 60_000, async () => (await earnings()) > 0n)
  const { page, wallet } = await visits.connected(provider, { path: "/provider" })

  // Its stages run, its capacity is in use, its roots are on chain.
  await expect(page.getByRole("heading", { name: "Earnings" })).toBeVisible()
  for (const stage of ["chain", "clearing", "container", "meter", "proof", "scale", "settlement"]) {
    await expect(
      page
        .getByRole("row")
        .filter({ hasText: new RegExp(`^\\W*${stage}`) })
        .first(),
    ).toBeVisible()
  }
  await expect(page.getByRole("button", { name: "Withdraw ETH" })).toBeEnabled()

  const before = await stack.reader.getBalance({ address: provider.address })
  await page.getByRole("button", { name: "Withdraw ETH" }).click()
  await expect.poll(() => wallet.sent.length).toBe(1)
  const receipt = await stack.reader.waitForTransactionReceipt({ hash: wallet.sent[0]! })
  expect(receipt.status).toBe("success")
  const [payout] = await stack.reader.getContractEvents({
    ...stack.market,
    eventName: "EarningsWithdrawn",
    fromBlock: receipt.blockNumber,
    toBlock: receipt.blockNumber,
  })
  expect(payout!.args.amount).toBeGreaterThan(0n)
  // The orchestrator uses the same account, and spends gas as well.
  expect(await stack.reader.getBalance({ address: provider.address })).toBeGreaterThan(before - 10n ** 16n)
  await page.getByRole("button", { name: /^Transactions/ }).click()
  await expect(page.getByRole("dialog").getByRole("listitem").filter({ hasText: "Mined" })).toHaveCount(1)
  expect(formatEther(payout!.args.amount!)).not.toBe("0")
})

test("another account can only view the provider's page", async ({ visits }) => {
  const { page } = await visits.connected(actors.stranger, { path: "/provider" })
  const withdraw = page.getByRole("button", { name: "Withdraw ETH" })
  await expect(withdraw).toBeDisabled()
  await expect(withdraw).toHaveAccessibleDescription(/\w/)
})
