// A reorg under an open page: the page shows the new chain's state.
import { parseEther } from "viem"
import type { LeaseView } from "../src/api/types.ts"
import { actors } from "./actors.ts"
import { until } from "./stack.ts"
import { expect, test } from "./visitor.ts"

test("a reorg sets a transaction back to pending, and reverts the balance", async ({ visits, stack }) => {
  const lease = await stack.deploy("sample/compose.yaml", "--deposit", "0.03")
  const deposited = async () => (await stack.get<LeaseView>(`/v1/leases/${lease}`)).money.deposited
  const { page, wallet } = await visits.connected(actors.tenant, { path: `/leases/${lease}` })
  const transactions = page.getByRole("dialog", { name: "Transactions" })
  const topUp = transactions.getByRole("listitem").filter({ hasText: "Top up 0.01 ETH" })

  await page.getByRole("button", { name: "Top up", exact: true }).click()
  const dialog = page.getByRole("dialog", { name: "Top up" })
  await dialog.getByLabel("Amount, ETH").fill("0.01")
  await dialog.getByRole("button", { name: "Top up 0.01 ETH" }).click()
  await expect(dialog).toBeHidden()
  await page.getByRole("tab", { name: "Events" }).click()
  const event = page.getByRole("listitem").filter({ hasText: "0.01 ETH" })
  await expect(event).toHaveCount(1)
  await page.getByRole("button", { name: /^Transactions/ }).click()
  await expect(topUp.getByText("Mined")).toBeVisible()

  const { blockNumber } = await stack.reader.getTransactionReceipt({ hash: wallet.sent.at(-1)! })
  const depth = Number((await stack.reader.getBlockNumber({ cacheTime: 0 })) - blockNumber) + 1
  // Two further blocks, for those mined meanwhile.
  await stack.anvil.request({ method: "anvil_reorg", params: [depth + 2, []] } as never)

  await expect(topUp.getByText("Waiting for a block")).toBeVisible()
  await until(
    "the deposit without it",
    20_000,
    async () => (await deposited()) === parseEther("0.03").toString(),
  )
  await page.keyboard.press("Escape")
  await expect(event).toHaveCount(0)

  await wallet.sendAgain()
  await expect(event).toHaveCount(1)
  await page.getByRole("button", { name: /^Transactions/ }).click()
  await expect(topUp.getByText("Mined")).toBeVisible()
  expect(await deposited()).toBe(parseEther("0.04").toString())
})

test("a pending transaction can be sped up, and counts once", async ({ visits, stack }) => {
  const lease = stack.up.lease!
  const deposited = async () => BigInt((await stack.get<LeaseView>(`/v1/leases/${lease}`)).money.deposited)
  const before = await deposited()
  const { page, wallet } = await visits.connected(actors.tenant, { path: `/leases/${lease}` })
  const asked = () => wallet.asked.filter(({ method }) => method === "eth_sendTransaction").length
  await stack.anvil.request({ method: "evm_setIntervalMining", params: [0] } as never)
  try {
    await page.getByRole("button", { name: "Top up", exact: true }).click()
    const dialog = page.getByRole("dialog", { name: "Top up" })
    await dialog.getByLabel("Amount, ETH").fill("0.002")
    await dialog.getByRole("button", { name: "Top up 0.002 ETH" }).click()
    await expect.poll(asked).toBe(1)
    const [slow] = wallet.sent
    const first = await stack.reader.getTransaction({ hash: slow! })
    await page.keyboard.press("Escape")
    await page.getByRole("button", { name: /^Transactions/ }).click()
    await page.getByRole("button", { name: "Speed up" }).click()
    await expect.poll(() => wallet.sent.length).toBe(2)
    const second = await stack.reader.getTransaction({ hash: wallet.sent[1]! })
    expect(second.nonce).toBe(first.nonce)
    expect(second.maxFeePerGas! * 4n).toBeGreaterThanOrEqual(first.maxFeePerGas! * 5n)
  } finally {
    await stack.anvil.request({ method: "evm_setIntervalMining", params: [1] } as never)
  }
  await expect(page.getByText("Mined").first()).toBeVisible()
  await until("the money, once", 20_000, async () => (await deposited()) === before + parseEther("0.002"))
})
