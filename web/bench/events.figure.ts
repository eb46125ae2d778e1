// Latency from the chain to the screen: from the moment a transaction is sent (and mined immediately) until the open
// page of its lease shows the event. No mocks.
import { createWalletClient, encodeFunctionData, http, keccak256, parseEther, zeroAddress } from "viem"
import { actors } from "../e2e/actors.ts"
import { expect, test } from "../e2e/visitor.ts"
import { percentile, tell } from "./figure.ts"

const SAMPLES = 25

test("an event on chain, on the screen", async ({ visits, stack }) => {
  const lease = stack.up.lease!
  const { page } = await visits.begin({ path: `/leases/${lease}?tab=events` })
  const events = page.getByRole("listitem").filter({ hasText: "block" })
  await expect(events.first()).toBeVisible()
  await expect(page.getByRole("banner").getByText("Live")).toBeVisible()
  const wallet = createWalletClient({
    account: actors.stranger,
    chain: stack.chain,
    transport: http(stack.up.rpcUrl),
  })
  // The transaction is prepared before, so that only the path from the chain is measured.
  const nonce = await stack.reader.getTransactionCount({ address: actors.stranger.address })
  const times: number[] = []
  for (let sample = 0; sample < SAMPLES; sample++) {
    const amount = parseEther("0.0001") + BigInt(sample)
    const data = encodeFunctionData({
      abi: stack.market.abi,
      functionName: "topUp",
      args: [zeroAddress, lease, amount],
    })
    const prepared = await wallet.prepareTransactionRequest({
      to: stack.market.address,
      data,
      value: amount,
      nonce: nonce + sample,
      gas: 300_000n,
      type: "eip1559",
      maxFeePerGas: 20_000_000_000n,
      maxPriorityFeePerGas: 1_000_000_000n,
    })
    const raw = await wallet.signTransaction(prepared)
    const hash = keccak256(raw)
    const shown = page.evaluate(
      (title) =>
        new Promise<number>((done) => {
          const look = () => {
            if (!document.querySelector(`[title^="${title}"]`)) return false
            requestAnimationFrame(() => setTimeout(() => done(performance.timeOrigin + performance.now())))
            return true
          }
          const watch = new MutationObserver(() => look() && watch.disconnect())
          if (!look()) watch.observe(document.body, { childList: true, subtree: true })
        }),
      hash,
    )
    await page.waitForTimeout(100 + Math.random() * 700)
    const sent = Date.now()
    await stack.reader.sendRawTransaction({ serializedTransaction: raw })
    times.push((await shown) - sent)
  }
  tell("web_event_to_screen_p50", percentile(times, 0.5), "ms", null)
  tell("web_event_to_screen_p95", percentile(times, 0.95), "ms", { atMost: 1_000 })
})
