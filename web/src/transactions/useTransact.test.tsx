import { screen, waitFor } from "@testing-library/react"
import userEvent from "@testing-library/user-event"
import { encodeErrorResult } from "viem"
import { beforeEach, describe, expect, it } from "vitest"
import { show } from "../../test/page.tsx"
import { ADDRESS, CHAIN_ID, HASH, TOKEN } from "../../test/wallet.ts"
import { market } from "../chain/abi.ts"
import { topUpCall } from "../chain/actions/topUp.ts"
import { send as sendCall } from "../chain/call.ts"
import { clearEnded, getTransactions } from "./store.ts"
import { TransactionCenter } from "./TransactionCenter.tsx"
import { recheck, TransactionFailed, useTransact } from "./useTransact.ts"

const BLOCK = `0x${"22".repeat(32)}`

/** A node with one transaction, whose result the test sets. */
function node() {
  const fate = {
    mined: true,
    success: true,
    refusal: "",
    refusedInBlock: "",
    rejected: false,
    sent: 0,
    number: 5,
  }
  async function request({ method, params }: { method: string; params?: unknown }): Promise<unknown> {
    const hash = (params as string[] | undefined)?.[0]
    switch (method) {
      case "eth_chainId":
        return `0x${CHAIN_ID.toString(16)}`
      case "eth_accounts":
      case "eth_requestAccounts":
        return [ADDRESS]
      case "eth_blockNumber":
        return `0x${fate.number.toString(16)}`
      case "eth_call": {
        if (!fate.refusal) return "0x"
        const data = encodeErrorResult({ abi: market, errorName: fate.refusal, args: [HASH] } as never)
        throw Object.assign(new Error("execution reverted"), { code: 3, data })
      }
      case "eth_sendTransaction":
        if (fate.rejected) throw Object.assign(new Error("User rejected the request."), { code: 4001 })
        fate.sent += 1
        fate.refusal = fate.refusedInBlock
        return HASH
      case "eth_getTransactionByHash":
        return {
          hash,
          from: ADDRESS,
          to: TOKEN,
          input: "0x",
          value: "0x0",
          nonce: "0x7",
          gas: "0x5208",
          blockHash: null,
          blockNumber: null,
          type: "0x2",
        }
      case "eth_getTransactionReceipt":
        if (!fate.mined) return null
        return {
          transactionHash: HASH,
          blockHash: BLOCK,
          blockNumber: "0x4",
          status: fate.success ? "0x1" : "0x0",
          from: ADDRESS,
          to: TOKEN,
          gasUsed: "0x1",
          cumulativeGasUsed: "0x1",
          effectiveGasPrice: "0x1",
          logs: [],
          logsBloom: "0x",
          transactionIndex: "0x0",
          type: "0x2",
          contractAddress: null,
        }
      default:
        throw Object.assign(new Error(`nobody answers ${method} here`), { code: -32000 })
    }
  }
  return { fate, request: request as never }
}

const outcomes: unknown[] = []

function Sender() {
  const transact = useTransact()
  const send = () =>
    transact("Add money", (wallet) =>
      sendCall(wallet, topUpCall({ currency: TOKEN, lease: HASH, amount: 1n })),
    ).then(
      (receipt) => outcomes.push(receipt.status),
      (error) => outcomes.push(error),
    )
  return (
    <>
      <button type="button" onClick={send}>
        Send
      </button>
      <TransactionCenter />
    </>
  )
}

async function send(request: never) {
  await show(<Sender />, { account: ADDRESS, chain: request })
  await userEvent.click(await screen.findByRole("button", { name: "Send" }))
}

beforeEach(() => {
  outcomes.length = 0
  clearEnded()
})

describe("a transaction", () => {
  it("is tracked from the wallet to its block", async () => {
    const { request } = node()
    await send(request)
    await waitFor(() => expect(outcomes).toEqual(["success"]))
    expect(screen.getByRole("status")).toHaveTextContent("Add money: Mined")
    await userEvent.click(screen.getByRole("button", { name: /^Transactions/ }))
    expect(screen.getByRole("dialog", { name: "Transactions" })).toHaveTextContent("block 4")
  })

  it("that the market refuses does not prompt the wallet", async () => {
    const { fate, request } = node()
    fate.refusal = "LeaseUnknown"
    await send(request)
    await waitFor(() => expect(outcomes[0]).toBeInstanceOf(TransactionFailed))
    expect(fate.sent).toBe(0)
    expect(getTransactions()[0]).toMatchObject({ state: "failed", refusal: "LeaseUnknown" })
  })

  it("that was rejected in the wallet shows that nothing was sent", async () => {
    const { fate, request } = node()
    fate.rejected = true
    await send(request)
    await waitFor(() => expect(getTransactions()[0]).toMatchObject({ state: "failed", refusal: "rejected" }))
    expect(screen.getByRole("status")).toHaveTextContent("Nothing was sent")
  })

  it("that reverted in its block shows the market's reason", async () => {
    const { fate, request } = node()
    fate.success = false
    fate.refusedInBlock = "LeaseIsClosed"
    await send(request)
    await waitFor(() => expect(outcomes[0]).toBeInstanceOf(TransactionFailed))
    expect(getTransactions()[0]).toMatchObject({ state: "failed", block: 4, refusal: "LeaseIsClosed" })
  })

  it("that a reorg removed is pending again, and is mined again", async () => {
    const { fate, request } = node()
    await send(request)
    await waitFor(() => expect(getTransactions()[0]?.state).toBe("mined"))
    const reader = { request } as never
    fate.mined = false
    await recheck(reader, 4)
    expect(getTransactions()[0]).toMatchObject({ state: "pending", hash: HASH })
    fate.mined = true
    await recheck(reader, 4)
    expect(getTransactions()[0]).toMatchObject({ state: "mined", block: 4 })
  })

  it("before a reorg's first block is unaffected", async () => {
    const { fate, request } = node()
    await send(request)
    await waitFor(() => expect(getTransactions()[0]?.state).toBe("mined"))
    fate.mined = false
    await recheck({ request } as never, 5)
    expect(getTransactions()[0]?.state).toBe("mined")
  })
})
