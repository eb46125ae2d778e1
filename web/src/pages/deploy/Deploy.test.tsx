import { screen, waitFor, within } from "@testing-library/react"
import userEvent from "@testing-library/user-event"
import { decodeFunctionData, encodeFunctionResult, type Hex, keccak256, toBytes } from "viem"
import { beforeEach, describe, expect, it, vi } from "vitest"
import { leaseView } from "../../../test/lease.ts"
import { MARKET_VIEW, NEAR, OFFERS, ORDER_VIEW, PROVIDERS } from "../../../test/offers.ts"
import { answer, json, show } from "../../../test/page.tsx"
import { ADDRESS, HASH } from "../../../test/wallet.ts"
import type { ManifestCheckView } from "../../api/types.ts"
import { market } from "../../chain/abi.ts"
import { getDeployments, removeDeployment } from "../../features/deployments/deployments.ts"
import { DEFAULT, setRequirements } from "../../features/offers/requirements.ts"
import { setLanguage } from "../../i18n/language.ts"
import { Deploy } from "./Deploy.tsx"
import { EMPTY_DRAFT, setDraft } from "./draft.ts"

// A loaded machine renders slowly.
vi.setConfig({ testTimeout: 30_000 })

const CHECKED: ManifestCheckView = {
  ok: true,
  hash: HASH,
  services: [{ name: "web", image: "nginx", ports: [80] }],
  policy: "default",
  shadow: null,
  refusals: [],
}
const ANSWERS = {
  "/v1/market": MARKET_VIEW,
  "/v1/offers": OFFERS,
  "/v1/providers": PROVIDERS,
  "/v1/orders": [],
  "POST /v1/manifest/check": CHECKED,
}
const MANIFEST = "services:\n  web:\n    image: nginx\n"

// The page reads `?offer=` from the router; the tests' router has one route for all paths.
vi.mock("@tanstack/react-router", async (original) => ({
  ...(await original<typeof import("@tanstack/react-router")>()),
  useSearch: () => ({}),
}))

beforeEach(() => {
  setLanguage("en")
  setRequirements(DEFAULT)
  setDraft(EMPTY_DRAFT)
  for (const { id } of getDeployments()) removeDeployment(id)
  sessionStorage.clear()
})

/** A chain on which a take activates the lease, and a wallet that signs everything. */
function chain(wallet: { declines?: string[]; balance?: bigint } = {}) {
  const seen = { taken: false, sent: [] as Hex[], asked: [] as string[] }
  const request = async ({ method, params }: { method: string; params?: unknown }) => {
    const [first] = (params ?? []) as [{ data?: Hex }]
    if (/eth_sendTransaction|eth_signTypedData_v4/.test(method)) {
      seen.asked.push(method)
      const at = wallet.declines?.indexOf(method) ?? -1
      if (at >= 0) {
        wallet.declines!.splice(at, 1)
        throw Object.assign(new Error("User rejected the request."), { code: 4001 })
      }
    }
    switch (method) {
      case "eth_getBalance":
        return `0x${(wallet.balance ?? 10n ** 18n).toString(16)}`
      case "eth_call": {
        const { functionName } = decodeFunctionData({ abi: market, data: first.data! })
        if (functionName === "orderIdOf") return HASH
        if (functionName === "orderOf") {
          const result = {
            deposit: 1n,
            bids: 1,
            open: seen.sent.length < 2,
            known: seen.sent.length > 0,
            bound: false,
          }
          return encodeFunctionResult({ abi: market, functionName, result })
        }
        if (functionName !== "statusOf") return "0x"
        return encodeFunctionResult({ abi: market, functionName: "statusOf", result: seen.taken ? 1 : 0 })
      }
      case "eth_sendTransaction":
        seen.sent.push(first.data!)
        // An order is not a lease: accepting the bid opens it.
        seen.taken = decodeFunctionData({ abi: market, data: first.data! }).functionName !== "openOrder"
        return HASH
      case "eth_getTransactionReceipt":
        return { transactionHash: HASH, blockNumber: "0x8", status: "0x1", logs: [], type: "0x2" }
      case "eth_getTransactionByHash":
        return { hash: HASH, blockNumber: "0x8", from: ADDRESS, nonce: "0x0", input: "0x", value: "0x0" }
      case "eth_blockNumber":
        return "0x9"
      case "eth_signTypedData_v4":
        return `0x${"11".repeat(64)}1b`
      default:
        return null
    }
  }
  return { seen, request: request as never }
}

const running = leaseView({
  provider: NEAR,
  replicas: { wanted: 1, running: 1, healthy: 1, min: 1, max: 3 },
  served: [{ service: "web", port: 80, url: "http://web.example", pathUrl: "http://x/web" }],
  timeline: [
    { stage: "chain", state: "done", at: 1, detail: "opened in block 8" },
    { stage: "clearing", state: "done", at: 1, detail: "offer 2 taken" },
    { stage: "container", state: "done", at: null, detail: "1 of 1 replicas healthy" },
  ],
})

/** Answers of a provider that has every lease, and accepts its manifest. */
function provider(more: Record<string, unknown> = {}) {
  const puts: { path: string; signature: string | null; body: string }[] = []
  const asked = answer({ ...ANSWERS, ...more })
  const rest = globalThis.fetch
  vi.stubGlobal("fetch", async (request: Request) => {
    const path = request.url.replace(location.origin, "")
    if (request.method === "PUT") {
      const signature = request.headers.get("tidemark-signature")
      puts.push({ path, signature, body: await request.text() })
      return more.put instanceof Function ? more.put(puts.length) : new Response(null, { status: 204 })
    }
    if (/^\/v1\/leases\/0x/.test(path)) return json({ ...running, id: path.slice(11, 77) })
    return rest(request)
  })
  return { asked, puts }
}

const open = () => screen.getByRole("button", { name: "Open the lease" })
const editor = () => screen.findByRole("textbox", { name: "Manifest" })

async function write(text = MANIFEST) {
  await userEvent.click(await editor())
  await userEvent.paste(text)
  await screen.findByText("The provider would run it: 1 service", undefined, { timeout: 5_000 })
}

describe("the form", () => {
  it("shows the next problem, until there is none", async () => {
    provider()
    const { request } = chain()
    await show(<Deploy />, { account: ADDRESS, chain: request })
    await editor()
    expect(open()).toBeDisabled()
    expect(open()).toHaveAccessibleDescription("Write or open a manifest first.")
    await write()
    await waitFor(() => expect(open()).toBeEnabled())
    const deposit = screen.getByRole("textbox", { name: /^Deposit/ })
    await userEvent.clear(deposit)
    expect(open()).toHaveAccessibleDescription("Enter a deposit.")
    await userEvent.type(deposit, "5")
    expect(open()).toHaveAccessibleDescription("The wallet has less than the deposit.")
    await userEvent.clear(deposit)
    await userEvent.type(deposit, "0.000000001")
    expect(deposit).toHaveAccessibleDescription(/does not cover the notice period's/)
    expect(open()).toBeDisabled()
  })

  it("marks refused lines, and links to them", async () => {
    const refusals = [
      { line: 2, column: 3, path: "services.web.privileged", message: "remove the key" },
      { line: null, column: null, path: "", message: "no service has an image" },
    ]
    provider({ "POST /v1/manifest/check": { ...CHECKED, ok: false, services: [], refusals } })
    await show(<Deploy />)
    await userEvent.click(await editor())
    await userEvent.paste("services:\n  web: {privileged: true}\n")
    const list = await screen.findByRole("list", { name: "What the provider refuses" }, { timeout: 5_000 })
    expect(within(list).getAllByRole("listitem")).toHaveLength(2)
    expect(await editor()).toHaveAttribute("aria-invalid", "true")
    await userEvent.click(within(list).getByRole("button", { name: "Line 2" }))
    const area = (await editor()) as HTMLTextAreaElement
    expect(area).toHaveFocus()
    expect(area.value.slice(area.selectionStart, area.selectionEnd)).toBe("  web: {privileged: true}")
    expect(open()).toHaveAccessibleDescription("Fix the manifest first: the provider refuses it.")
  })

  it("previews the cost between the fewest and the most replicas", async () => {
    provider()
    await show(<Deploy />)
    await userEvent.click(await screen.findByRole("button", { name: "7 days at maximum" }))
    const table = screen.getByRole("table", { name: /Cost/ })
    const most = within(table).getByRole("row", { name: /^3 replicas/ })
    expect(most).toHaveTextContent("7d")
    expect(within(table).getByRole("row", { name: /^1 replica / })).toHaveTextContent("21d")
  })

  it("keeps the three counts in order", async () => {
    provider()
    await show(<Deploy />)
    const most = await screen.findByRole("spinbutton", { name: "At most" })
    const begin = screen.getByRole("spinbutton", { name: "Initial" })
    await userEvent.clear(begin)
    await userEvent.type(begin, "7")
    expect(most).toHaveValue(7)
    await userEvent.clear(most)
    await userEvent.type(most, "2")
    expect(begin).toHaveValue(2)
  })

  it("fills in the sample on one click", async () => {
    provider()
    await show(<Deploy />)
    await userEvent.click(await screen.findByRole("button", { name: "Use the sample" }))
    expect(((await editor()) as HTMLTextAreaElement).value).toContain("name: tidemark-sample")
  })

  it("shows why an offer does not match", async () => {
    provider()
    await show(<Deploy />)
    const full = await screen.findByRole("radio", { name: /Offer 1/ })
    expect(full).toBeDisabled()
    expect(full).toHaveAccessibleDescription(/100 millicores of CPU are free, but 750 are needed/)
    expect(screen.getByRole("radio", { name: /Offer 2/ })).toBeChecked()
  })
})

describe("the deployment", () => {
  it("goes from the transaction to the URL", async () => {
    const { puts } = provider()
    const { seen, request } = chain()
    await show(<Deploy />, { account: ADDRESS, chain: request })
    await write()
    await waitFor(() => expect(open()).toBeEnabled())
    await userEvent.click(open())
    expect(await screen.findByRole("link", { name: "http://web.example" }, { timeout: 8_000 })).toBeVisible()
    expect(seen.asked).toEqual(["eth_sendTransaction", "eth_signTypedData_v4"])
    const { functionName, args } = decodeFunctionData({ abi: market, data: seen.sent[0]! })
    expect(functionName).toBe("take")
    expect(args[0]).toBe(2)
    expect((args as unknown as [number, { manifestHash: Hex }])[1].manifestHash).toBe(
      keccak256(toBytes(MANIFEST)),
    )
    expect(puts).toHaveLength(1)
    expect(puts[0]).toMatchObject({ body: MANIFEST, signature: `0x${"11".repeat(64)}1b` })
    expect(screen.getByText("1 of 1 healthy")).toBeVisible()
    // The browser does not keep an uploaded manifest.
    expect(getDeployments()[0]!.manifest).toBeNull()
  })

  it("also works with an order and its cheapest bid", async () => {
    const { puts } = provider({ "/v1/orders": [{ ...ORDER_VIEW, tenant: ADDRESS }] })
    const { seen, request } = chain()
    await show(<Deploy />, { account: ADDRESS, chain: request })
    await write()
    await userEvent.click(screen.getByRole("radio", { name: /Ask for bids/ }))
    await userEvent.type(screen.getByRole("textbox", { name: /^Deposit/ }), "0.5")
    await userEvent.type(screen.getByRole("textbox", { name: /^Budget/ }), "0.01")
    const ask = screen.getByRole("button", { name: "Open the order" })
    await waitFor(() => expect(ask).toBeEnabled())
    await userEvent.click(ask)
    const bids = await screen.findAllByRole("button", { name: /Accept the bid of/ }, { timeout: 8_000 })
    expect(bids[0]).toHaveAccessibleName("Accept the bid of 0x7099…79C8")
    await userEvent.click(bids[0]!)
    expect(await screen.findByRole("link", { name: "http://web.example" }, { timeout: 8_000 })).toBeVisible()
    const verbs = seen.sent.map((data) => decodeFunctionData({ abi: market, data }).functionName)
    expect(verbs).toEqual(["openOrder", "accept"])
    expect(puts).toHaveLength(1)
  })

  it("waits for its button after a rejected transaction and a rejected signature", async () => {
    provider()
    const { seen, request } = chain({ declines: ["eth_sendTransaction", "eth_signTypedData_v4"] })
    await show(<Deploy />, { account: ADDRESS, chain: request })
    await write()
    await waitFor(() => expect(open()).toBeEnabled())
    await userEvent.click(open())
    await userEvent.click(await screen.findByRole("button", { name: "Try again" }, { timeout: 5_000 }))
    await waitFor(() => expect(seen.asked).toHaveLength(3), { timeout: 5_000 })
    await userEvent.click(await screen.findByRole("button", { name: "Try again" }, { timeout: 5_000 }))
    expect(await screen.findByRole("link", { name: "http://web.example" }, { timeout: 8_000 })).toBeVisible()
    expect(seen.sent).toHaveLength(1)
  })

  it("resumes after a reload without prompting the wallet, and retries an unreachable provider", async () => {
    const { puts } = provider({
      put: (count: number) =>
        count === 1
          ? json({ code: "not_found", message: "no such lease" }, 404)
          : new Response(null, { status: 204 }),
    })
    const { seen, request } = chain({ declines: ["eth_signTypedData_v4"] })
    const first = await show(<Deploy />, { account: ADDRESS, chain: request })
    await write()
    await waitFor(() => expect(open()).toBeEnabled())
    await userEvent.click(open())
    await screen.findByRole("button", { name: "Try again" }, { timeout: 5_000 })
    first.unmount()
    await show(<Deploy />, { account: ADDRESS, chain: request })
    const sign = await screen.findByRole("button", { name: "Sign" }, { timeout: 5_000 })
    expect(seen.asked).toHaveLength(2)
    await userEvent.click(sign)
    expect(await screen.findByText(/retried every two seconds/, undefined, { timeout: 5_000 })).toBeVisible()
    expect(await screen.findByRole("link", { name: "http://web.example" }, { timeout: 8_000 })).toBeVisible()
    expect(puts).toHaveLength(2)
  })
})
