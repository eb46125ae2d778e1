import { screen, waitFor, within } from "@testing-library/react"
import userEvent from "@testing-library/user-event"
import { decodeFunctionData, encodeFunctionResult, type Hex, zeroAddress } from "viem"
import { beforeEach, describe, expect, it, vi } from "vitest"
import { leaseSummary, MARKET_VIEW, NEAR, NOW, OFFERS, PROVIDERS } from "../../../test/offers.ts"
import { answer, show } from "../../../test/page.tsx"
import { HASH, OTHER } from "../../../test/wallet.ts"
import type { OwnView, RunView } from "../../api/types.ts"
import { market } from "../../chain/abi.ts"
import { setLanguage } from "../../i18n/language.ts"
import { Provider } from "./Provider.tsx"

// A loaded machine renders slowly.
vi.setConfig({ testTimeout: 30_000 })

let address: string | undefined
vi.mock("@tanstack/react-router", async (original) => ({
  ...(await original<typeof import("@tanstack/react-router")>()),
  useSearch: () => ({ address }),
}))

const run = (change: Partial<RunView> = {}): RunView => ({
  iteration: 12,
  reason: "bell",
  startedAtMs: Date.now() - 300_000,
  tookMs: 4,
  counts: { leases: 2 },
  error: null,
  failures: 0,
  ...change,
})

const OWN: OwnView = {
  address: NEAR,
  endpoint: "http://127.0.0.1:7070",
  draining: false,
  margin: 10,
  bond: "1050000000000000000",
  capacity: PROVIDERS[0]!.capacity,
  held: PROVIDERS[0]!.held,
  reserved: { millicores: 500, memoryMiB: 256, diskMiB: 0, gpus: 0 },
  wallet: "3000000000000000000",
  earnings: [{ currency: zeroAddress, earned: "160760539670000", withdrawn: "0" }],
  claims: [{ time: NOW, lease: HASH, currency: zeroAddress, amount: "2360000000000", tx: HASH }],
  payouts: [],
  roots: [{ epoch: 1224, postedAt: NOW, root: HASH, tx: HASH, leaves: 3, gas: 58_211 }],
  gas: {
    perHour: 30_000_000,
    lastHour: 21_500_000,
    lastDay: 310_000_000,
    feesLastDay: "310000000000000",
    byKind: [{ kind: "post_root", count: 360, gas: 20_900_000 }],
  },
  intents: [{ state: "failed", count: 1 }],
  stages: { chain: run(), scale: run({ failures: 3, error: "the node did not answer" }) },
  alarms: [{ kind: "stage", message: "scale fails", remedy: "look at the node" }],
}
const ANSWERS = {
  "/v1/market": MARKET_VIEW,
  "/v1/offers": OFFERS,
  "/v1/providers": PROVIDERS,
  "/v1/provider": OWN,
  "/v1/leases": [leaseSummary(1)],
  "/v1/leases?closed=true": [leaseSummary(1)],
}

/** A chain that owes the provider 7e12 wei, and accepts every transaction. */
function chain() {
  const sent: Hex[] = []
  const request = async ({ method, params }: { method: string; params?: unknown }) => {
    const [first] = (params ?? []) as [{ data?: Hex }]
    switch (method) {
      case "eth_call": {
        const { functionName } = decodeFunctionData({ abi: market, data: first.data! })
        if (functionName !== "earnings") return "0x"
        return encodeFunctionResult({ abi: market, functionName: "earnings", result: 7n * 10n ** 12n })
      }
      case "eth_sendTransaction":
        sent.push(first.data!)
        return HASH
      case "eth_getTransactionReceipt":
        return { transactionHash: HASH, blockNumber: "0x8", status: "0x1", logs: [], type: "0x2" }
      case "eth_getTransactionByHash":
        return { hash: HASH, blockNumber: "0x8", from: NEAR, nonce: "0x0", input: "0x", value: "0x0" }
      case "eth_blockNumber":
        return "0x9"
      default:
        return null
    }
  }
  return { sent, request: request as never }
}

beforeEach(() => {
  setLanguage("en")
  address = undefined
})

describe("a provider's page", () => {
  it("shows alarms with their remedies", async () => {
    answer(ANSWERS)
    await show(<Provider />, { chain: chain().request })
    const alarms = await screen.findByRole("region", { name: "Alarms" })
    expect(within(alarms).getByText("scale fails")).toBeVisible()
    expect(within(alarms).getByText("What to do: look at the node")).toBeVisible()
  })

  it("shows each stage's last run, and the error of a failing one", async () => {
    answer(ANSWERS)
    await show(<Provider />, { chain: chain().request })
    const stages = await screen.findByRole("region", { name: "Stages" })
    const rows = within(stages)
      .getAllByRole("rowheader")
      .map((row) => row.textContent)
    expect(rows).toEqual(["chain", "clearing", "container", "meter", "proof", "scale", "settlement"])
    expect(within(stages).getByRole("row", { name: /^scale/ })).toHaveTextContent("Failed 3 times")
    expect(within(stages).getByRole("row", { name: /^scale/ })).toHaveTextContent("the node did not answer")
    expect(within(stages).getByRole("row", { name: /^chain/ })).toHaveTextContent(/5m( \d+s)? ago/)
    expect(within(stages).getByRole("row", { name: /^meter/ })).toHaveTextContent("Not run yet")
  })

  it("shows roots with their gas, and the gas against the budget", async () => {
    answer(ANSWERS)
    await show(<Provider />, { chain: chain().request })
    expect(await screen.findByRole("row", { name: /1,224 .* 58,211/ })).toBeVisible()
    expect(screen.getByText("21,500,000 of 30,000,000")).toBeVisible()
    expect(screen.getByRole("row", { name: "roots 360 20,900,000" })).toBeVisible()
  })

  it("disables actions for other accounts, with the reason", async () => {
    answer(ANSWERS)
    await show(<Provider />, { account: OTHER, chain: chain().request })
    for (const name of [
      "Withdraw ETH",
      "Withdraw offer 2",
      "Add to the bond",
      "Announce the exit",
      /Give notice on/,
    ]) {
      const button = await screen.findByRole("button", { name })
      await waitFor(() => expect(button).toHaveAccessibleDescription(/provider/))
      expect(button).toBeDisabled()
    }
  })

  it("withdraws earnings", async () => {
    answer(ANSWERS)
    const { sent, request } = chain()
    await show(<Provider />, { account: NEAR, chain: request })
    expect(await screen.findByText("0.000007 ETH")).toBeVisible()
    const withdraw = screen.getByRole("button", { name: "Withdraw ETH" })
    await waitFor(() => expect(withdraw).toBeEnabled())
    await userEvent.click(withdraw)
    await waitFor(() => expect(sent).toHaveLength(1))
    const { functionName, args } = decodeFunctionData({ abi: market, data: sent[0]! })
    expect([functionName, args?.[1]]).toEqual(["withdrawEarnings", NEAR])
  })

  it("lists an offer at prices per customary unit", async () => {
    answer(ANSWERS)
    const { sent, request } = chain()
    await show(<Provider />, { account: NEAR, chain: request })
    await userEvent.click(await screen.findByText("List an offer", { selector: "summary" }))
    const list = screen.getByRole("button", { name: "List an offer" })
    await waitFor(() => expect(list).toHaveAccessibleDescription("Enter at least one price."))
    await userEvent.type(screen.getByRole("textbox", { name: "CPU, per core-hour" }), "0.00001")
    await waitFor(() => expect(list).toBeEnabled())
    await userEvent.click(list)
    await waitFor(() => expect(sent).toHaveLength(1))
    const { args } = decodeFunctionData({ abi: market, data: sent[0]! })
    expect(args?.[1]).toMatchObject({ millicore: 2_777_777_777_777_777_778n, gpu: 0n })
  })

  it("shows another provider from the chain", async () => {
    address = PROVIDERS[1]!.address
    answer(ANSWERS)
    await show(<Provider />, { chain: chain().request })
    expect(await screen.findByText("Silent: reported")).toBeVisible()
    expect(screen.getByRole("link", { name: "https://full.example" })).toBeVisible()
    expect(screen.queryByRole("region", { name: "Stages" })).toBeNull()
  })

  it("leads back from an unknown address", async () => {
    address = OTHER
    answer(ANSWERS)
    await show(<Provider />)
    expect(await screen.findByText("The market has no provider with this address")).toBeVisible()
  })
})
