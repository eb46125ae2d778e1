import { screen, within } from "@testing-library/react"
import userEvent from "@testing-library/user-event"
import { decodeFunctionData, type Hex } from "viem"
import { describe, expect, it } from "vitest"
import { answersOf, LEASE, leaseView, TENANT } from "../../../../test/lease.ts"
import { answer, show } from "../../../../test/page.tsx"
import { CHAIN_ID, HASH, OTHER } from "../../../../test/wallet.ts"
import { market } from "../../../chain/abi.ts"
import { addTransaction } from "../../../transactions/store.ts"
import { Actions } from "./Actions.tsx"

/** A chain that accepts everything, and what was sent to it. */
function chain() {
  const sent: { data: Hex; value?: Hex }[] = []
  const request = async ({ method, params }: { method: string; params?: unknown }) => {
    if (method === "eth_sendTransaction") {
      sent.push((params as [{ data: Hex; value?: Hex }])[0])
      return HASH
    }
    if (method === "eth_call") return `0x${"00".repeat(96)}`
    if (method === "eth_blockNumber") return "0x9"
    if (method === "eth_getTransactionReceipt") {
      return { status: "0x1", blockNumber: "0x9", transactionHash: HASH, logs: [], logsBloom: "0x" }
    }
    return null
  }
  return { sent, request: request as never }
}

const row = async (name: string) => screen.findByRole("button", { name })

describe("what can be done with a lease", () => {
  it("are disabled for other accounts with the reason, except adding money", async () => {
    answer(answersOf())
    await show(<Actions lease={leaseView()} />, { account: OTHER, chain: chain().request })
    for (const name of ["Scale", "Change policy", "Withdraw", "Move", "Close", "Dispute"]) {
      const button = await row(name)
      expect(button).toBeDisabled()
      expect(button).toHaveAccessibleDescription(/Only the lease's tenant/)
    }
    expect(await row("Top up")).toBeEnabled()
    expect(await row("Refund")).toHaveAccessibleDescription("The lease is still open.")
    expect(await row("End dispute")).toHaveAccessibleDescription("The lease is not in dispute.")
  })

  it("ask for a wallet first", async () => {
    answer(answersOf())
    await show(<Actions lease={leaseView()} />)
    expect(await screen.findByText(/Connect a wallet to act/)).toBeVisible()
    expect(await row("Top up")).toBeDisabled()
  })

  it("show a step's effect before it is signed, and send it", async () => {
    answer(answersOf())
    const { sent, request } = chain()
    await show(<Actions lease={leaseView()} />, { account: TENANT, chain: request })
    await userEvent.click(await row("Scale"))
    const dialog = await screen.findByRole("dialog", { name: "Scale" })
    const replicas = within(dialog).getByRole("spinbutton", { name: "Replicas" })
    expect(replicas).toHaveValue(3)
    const effects = within(dialog).getByLabelText("Effect")
    expect(effects).toHaveTextContent("0.000000000000036 ETH → 0.000000000000054 ETH")
    await userEvent.clear(replicas)
    await userEvent.type(replicas, "4")
    expect(within(dialog).getByRole("button", { name: "Scale to 4 replicas" })).toHaveAccessibleDescription(
      /The policy allows 1 to 3 replicas/,
    )
    await userEvent.clear(replicas)
    await userEvent.type(replicas, "3{Enter}")
    await expect.poll(() => sent.length).toBe(1)
    expect(decodeFunctionData({ abi: market, data: sent[0]!.data })).toMatchObject({
      functionName: "scale",
      args: [{ tenant: TENANT }, 3],
    })
  })

  it("show why their own transaction failed, also when another was sent meanwhile", async () => {
    answer(answersOf())
    const { request } = chain()
    const refuse = async (asked: { method: string; params?: unknown }) => {
      if (asked.method !== "eth_sendTransaction") return (request as (a: typeof asked) => unknown)(asked)
      addTransaction({ label: "Another action", account: TENANT, chainId: CHAIN_ID, state: "asking" })
      throw Object.assign(new Error("User rejected the request."), { code: 4001 })
    }
    await show(<Actions lease={leaseView()} />, { account: TENANT, chain: refuse as never })
    await userEvent.click(await row("Scale"))
    const dialog = await screen.findByRole("dialog", { name: "Scale" })
    await userEvent.click(await within(dialog).findByRole("button", { name: "Scale to 3 replicas" }))
    expect(await within(dialog).findByText(/Nothing was sent/)).toBeVisible()
  })

  it("add a typed amount, and reject invalid input", async () => {
    answer(answersOf())
    const { sent, request } = chain()
    await show(<Actions lease={leaseView()} />, { account: OTHER, chain: request })
    await userEvent.click(await row("Top up"))
    const dialog = await screen.findByRole("dialog", { name: "Top up" })
    const amount = within(dialog).getByRole("textbox", { name: "Amount, ETH" })
    await userEvent.type(amount, "1e3")
    expect(within(dialog).getByRole("alert")).toHaveTextContent(/not an amount/)
    await userEvent.clear(amount)
    await userEvent.type(amount, "0.5")
    await userEvent.click(within(dialog).getByRole("button", { name: "Top up 0.5 ETH" }))
    await expect.poll(() => sent.length).toBe(1)
    expect(BigInt(sent[0]!.value!)).toBe(5n * 10n ** 17n)
    expect(decodeFunctionData({ abi: market, data: sent[0]!.data })).toMatchObject({
      functionName: "topUp",
      args: [expect.anything(), LEASE, 5n * 10n ** 17n],
    })
  })

  it("refund a closed lease", async () => {
    const closed = leaseView({ status: "closed", closedAt: 2_000 })
    answer(answersOf(closed))
    await show(<Actions lease={closed} />, { account: OTHER, chain: chain().request })
    expect(await row("Refund")).toBeEnabled()
    expect(await row("Close")).toBeDisabled()
  })

  it("require evidence for a dispute", async () => {
    answer(answersOf())
    await show(<Actions lease={leaseView()} />, { account: TENANT, chain: chain().request })
    await userEvent.click(await row("Dispute"))
    const dialog = await screen.findByRole("dialog", { name: "Dispute" })
    const open = within(dialog).getByRole("button", { name: "Open the dispute" })
    expect(open).toHaveAccessibleDescription("Choose the evidence.")
    // jsdom cannot read files as bytes.
    const bytes = new TextEncoder().encode("it was down")
    const file = Object.assign(new File([bytes], "down.txt"), { arrayBuffer: async () => bytes.buffer })
    await userEvent.upload(within(dialog).getByLabelText("Evidence"), file)
    await expect.poll(() => (open as HTMLButtonElement).disabled).toBe(false)
    expect(within(dialog).getByText("0.1 ETH")).toBeVisible()
  })
})
