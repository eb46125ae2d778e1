import { screen, waitFor, within } from "@testing-library/react"
import userEvent from "@testing-library/user-event"
import {
  decodeFunctionData,
  encodeAbiParameters,
  encodeEventTopics,
  encodeFunctionResult,
  type Hex,
  toHex,
} from "viem"
import { describe, expect, it } from "vitest"
import {
  answersOf,
  LEASE,
  leaseView,
  OPENED,
  PROVIDER,
  proofView,
  TENANT,
  USAGE,
} from "../../../../test/lease.ts"
import { answer, show } from "../../../../test/page.tsx"
import { HASH, OTHER } from "../../../../test/wallet.ts"
import type { ProofView } from "../../../api/types.ts"
import { market } from "../../../chain/abi.ts"
import Proofs from "./Proofs.tsx"

const proof = proofView()
const signature: Hex = `0x${"22".repeat(65)}`

/** A chain on which the proof was posted and settled for `paid`. */
function chain(paid = 42n) {
  const asked: string[] = []
  const log = (block: number, topics: (Hex | Hex[] | null)[], data: Hex) => ({
    address: HASH.slice(0, 42),
    blockNumber: toHex(block),
    logIndex: "0x0",
    transactionHash: HASH,
    topics,
    data,
  })
  const { terms, policy } = leaseView()
  const opened = market.find((item) => item.type === "event" && item.name === "LeaseOpened") as never as {
    inputs: { indexed: boolean }[]
  }
  const logs = [
    log(
      OPENED,
      encodeEventTopics({
        abi: market,
        eventName: "LeaseOpened",
        args: { lease: LEASE, tenant: TENANT, provider: PROVIDER },
      }),
      encodeAbiParameters(
        opened.inputs.filter(({ indexed }) => !indexed) as never,
        [
          1,
          90_000n,
          1,
          policy,
          {
            ...terms,
            salt: BigInt(terms.salt),
            rates: Object.fromEntries(
              Object.entries(terms.rates).map(([name, rate]) => [name, BigInt(rate)]),
            ),
          },
        ] as never,
      ),
    ),
    log(
      OPENED + 15,
      encodeEventTopics({ abi: market, eventName: "Settled", args: { lease: LEASE, provider: PROVIDER } }),
      encodeAbiParameters([{ type: "uint256" }, { type: "uint256" }], [BigInt(USAGE.time), 42n]),
    ),
  ]
  const request = async ({ method, params }: { method: string; params?: unknown }) => {
    asked.push(method)
    const list = params as [{ data: Hex }, ...unknown[]]
    if (method === "eth_blockNumber") return "0x64"
    if (method === "eth_getLogs") return logs
    if (method === "eth_getBlockByNumber") {
      const number = (params as [Hex])[0]
      return { number, timestamp: number, hash: HASH, transactions: [] }
    }
    if (method === "eth_signTypedData_v4") return signature
    if (method !== "eth_call") return null
    const { functionName } = decodeFunctionData({ abi: market, data: list[0].data })
    if (functionName === "rootOf") {
      const result = [proof.root.slice(0, 58) as Hex, BigInt(USAGE.time + 1), true] as const
      return encodeFunctionResult({ abi: market, functionName, result })
    }
    const result = { balance: 1n, paid, settledAt: USAGE.time, minReplicas: 1, bound: false, frozen: false }
    return encodeFunctionResult({ abi: market, functionName: "accountOf", result })
  }
  return { asked, request: request as never }
}

const { epoch, root, usage, rootTx, postedAt } = proof
const given = (told: ProofView = proof) =>
  answersOf(leaseView(), {
    [`/v1/leases/${LEASE}/proofs?limit=50`]: [{ epoch, root, usage, rootTx, postedAt }],
    [`/v1/leases/${LEASE}/proofs/3`]: told,
  })

async function verifying() {
  await userEvent.click(await screen.findByRole("button", { name: "Verify epoch 3" }))
  await userEvent.click(await screen.findByRole("button", { name: "Verify in this browser" }))
}
const verdict = async (title: string) => {
  const heading = await screen.findByRole("heading", { level: 3, name: title })
  return within(heading.closest("li")!).getByText(/^(holds|does not hold)$/).textContent
}

describe("the proofs of a lease", () => {
  it("are listed with what they state", async () => {
    answer(given())
    await show(<Proofs lease={leaseView()} />)
    const row = (await screen.findByRole("rowheader", { name: "3" })).closest("tr")!
    expect(within(row).getByText("85 %")).toBeVisible()
    expect(within(row).getByText("10s")).toBeVisible()
  })

  it("are verified here, step by step, through the wallet's own node", async () => {
    answer(given())
    const { asked, request } = chain()
    await show(<Proofs lease={leaseView()} />, { account: OTHER, chain: request })
    await verifying()
    expect(await screen.findByText("The proof holds")).toBeVisible()
    expect(screen.getByText(/through your wallet's own node \(Test wallet\)/)).toBeVisible()
    expect(await verdict("The statement hashes to its leaf")).toBe("holds")
    expect(await verdict("The root is on chain")).toBe("holds")
    expect(await verdict("No more was paid than proven, reserved and deposited")).toBe("holds")
    expect(screen.getByText("this statement was settled")).toBeVisible()
    expect(asked).toContain("eth_getLogs")
  })

  it("show which node was read when there is no wallet", async () => {
    answer(given())
    await show(<Proofs lease={leaseView()} />, { chain: chain().request })
    await verifying()
    expect(await screen.findByText(/through the configured node/)).toBeVisible()
  })

  it("fail visibly when the provider's counters differ from its posted ones", async () => {
    answer(given({ ...proof, usage: { ...usage, cpuNanos: "1000000000" } }))
    await show(<Proofs lease={leaseView()} />, { chain: chain().request })
    await verifying()
    expect(await screen.findByText("The proof does NOT hold")).toBeVisible()
    expect(await verdict("The statement hashes to its leaf")).toBe("does not hold")
    expect(await verdict("The path leads to the root")).toBe("does not hold")
    expect(await verdict("The root is on chain")).toBe("does not hold")
    expect(await verdict("The lease's id is the hash of its terms")).toBe("holds")
  })

  it("fail visibly when the shape differs from the agreed one", async () => {
    answer(given())
    const lease = leaseView()
    const terms = { ...lease.terms, rates: { ...lease.terms.rates, cpuSecond: "0" } }
    await show(<Proofs lease={{ ...lease, terms }} />, { chain: chain().request })
    await verifying()
    expect(await screen.findByText("The proof does NOT hold")).toBeVisible()
    expect(await verdict("The lease's id is the hash of its terms")).toBe("does not hold")
  })

  it("fail visibly when more was paid than was settled", async () => {
    answer(given())
    await show(<Proofs lease={leaseView()} />, { chain: chain(43n).request })
    await verifying()
    expect(await screen.findByText("The proof does NOT hold")).toBeVisible()
    expect(await verdict("The settlements add up to what was paid")).toBe("does not hold")
  })

  it("are countersigned by the tenant alone", async () => {
    answer({ ...given(), [`/v1/leases/${LEASE}/events?limit=1000`]: [] })
    await show(<Proofs lease={leaseView()} epoch={3} />, { account: TENANT, chain: chain().request })
    const button = await screen.findByRole("button", { name: "Countersign this statement" })
    await waitFor(() => expect(button).toBeEnabled())
    await userEvent.click(button)
    expect(await screen.findByText(signature)).toBeVisible()
  })

  it("cannot be countersigned once settled", async () => {
    answer(given())
    await show(<Proofs lease={leaseView()} epoch={3} />, { account: TENANT, chain: chain().request })
    const button = await screen.findByRole("button", { name: "Countersign this statement" })
    await waitFor(() => expect(button).toHaveAccessibleDescription(/is already settled/))
    expect(button).toBeDisabled()
  })

  it("cannot be countersigned by others, and are settled by the provider", async () => {
    answer(given())
    const { unmount } = await show(<Proofs lease={leaseView()} epoch={3} />, { account: OTHER })
    const button = await screen.findByRole("button", { name: "Countersign this statement" })
    await waitFor(() => expect(button).toHaveAccessibleDescription(/Only the lease's tenant/))
    unmount()
    await show(<Proofs lease={leaseView()} epoch={3} />, { account: PROVIDER })
    const field = await screen.findByRole("textbox", { name: "The tenant's signature" })
    expect(screen.getByRole("button", { name: "Settle now" })).toBeDisabled()
    await userEvent.type(field, "0x12")
    expect(screen.getByRole("button", { name: "Settle now" })).toBeEnabled()
  })
})
