import { fireEvent, screen, waitFor, within } from "@testing-library/react"
import userEvent from "@testing-library/user-event"
import { type Address, encodeAbiParameters, keccak256, stringToHex, zeroAddress } from "viem"
import { afterEach, describe, expect, it } from "vitest"
import { APPROVERS, boundLog, log, NOW, VERSION, world } from "../../../test/chain.ts"
import { POLICY, STATED, TERMS, USAGE } from "../../../test/market.ts"
import { answer, show } from "../../../test/page.tsx"
import { ADDRESS, CHAIN_ID, HASH, MARKET, OTHER } from "../../../test/wallet.ts"
import type { LeaseView, MarketView, ProviderView } from "../../api/types.ts"
import { setLanguage } from "../../i18n/language.ts"
import { Arbiter } from "./Arbiter.tsx"

const ARBITERS: Address = "0x976EA74026E726554dB657fA54763abd0C3a0aa9"
const LEASE = keccak256("0x02")
const TEXT = "It answered 503 all day.\n"
const SHOWN = keccak256(stringToHex(TEXT))
const UNTIL = NOW + 600
const ETHER = 10n ** 18n

const market: MarketView = {
  ...{ chainId: CHAIN_ID, market: MARKET, block: 1, provider: OTHER, endpoint: "", sealingKey: "0x" },
  ...{
    domain: { name: "Tidemark", version: "1", chainId: CHAIN_ID, verifyingContract: MARKET },
    types: {},
    leafEncoding: [],
    intakeOpen: true,
  },
  parameters: {
    ...{ arbiters: ARBITERS, fraudShare: "5000", noticePeriod: "30" },
    ...{ minBond: String(ETHER), bondPerCore: String(ETHER / 100n) },
  },
  head: { number: 5, hash: HASH, time: NOW },
}
const lease: LeaseView = {
  ...{ id: LEASE, tenant: ADDRESS, provider: OTHER, offer: 1, status: "active" },
  replicas: { wanted: 1, running: 1, healthy: 1, min: 1, max: 3 },
  money: {
    ...{ currency: zeroAddress, deposited: "0", paid: "0", returned: "0" },
    ...{ balance: String(ETHER), owed: String(ETHER / 4n), rate: "5", runway: 5 },
  },
  ...{ openedAt: 1, openedBlock: 1, closedAt: null, disputedUntil: UNTIL, terms: TERMS, policy: POLICY },
  ...{
    manifest: { hash: HASH, received: true },
    containers: [],
    served: [],
    reason: null,
    openedToRunningMs: null,
  },
  timeline: [],
}
const capacity = { millicores: 4000, memoryMiB: 4096, diskMiB: 16_384, gpus: 0 }
const provider: ProviderView = {
  ...{ address: OTHER, registered: true, endpoint: "", bond: String(2n * ETHER), capacity, held: capacity },
  ...{ attributes: [], exitAt: null, silence: null, provenEpochs: 1, epochs: 1, faults: [] },
}
const proof = {
  epoch: 7,
  root: HASH,
  postedAt: NOW - 5,
  rootTx: HASH,
  usage: { ...USAGE, utilization: 4_250 },
}
const opened = log(
  "DisputeOpened",
  { lease: LEASE, provider: OTHER },
  encodeAbiParameters([{ type: "uint256" }, { type: "bytes32" }], [BigInt(UNTIL), SHOWN]),
)
const disputed = { reads: { disputeOf: { deposit: ETHER / 10n, until: UNTIL, again: 0 } }, logs: [opened] }

interface Scene {
  account?: Address
  chain?: ReturnType<typeof world>
  more?: Record<string, unknown>
}
async function stage({ account, chain = world(disputed), more = {} }: Scene = {}) {
  const asked = answer({
    "/v1/market": market,
    "/v1/leases?closed=true": [lease],
    [`/v1/leases/${LEASE}`]: lease,
    [`/v1/leases/${LEASE}/proofs?limit=5`]: [proof],
    "/v1/providers": [provider],
    ...more,
  })
  await show(<Arbiter />, { account, chain: chain.request })
  return { asked, chain }
}
const ruling = async () => {
  const heading = await screen.findByRole("heading", { name: "Ruling" })
  return within(heading.parentElement!)
}
const effects = () => within(screen.getByLabelText("What this ruling does"))
const value = (label: string) => effects().getByText(label).nextElementSibling

afterEach(() => setLanguage("en"))

describe("any visitor", () => {
  it("reads the dispute, its deadline and default, its terms and proofs", async () => {
    await stage()
    await ruling()
    expect(await screen.findByText("10m left")).toBeVisible()
    expect(screen.getByText(/Without a ruling in time/)).toBeVisible()
    expect(await screen.findByText("1, allowed 1 to 3")).toBeVisible()
    expect(await screen.findByRole("row", { name: /^7 .*42.5 % 600$/ })).toBeVisible()
    expect(screen.getByRole("link", { name: "Open the lease with all its proofs" })).toHaveAttribute(
      "href",
      `/leases/${LEASE}?tab=proofs`,
    )
    expect(screen.getByText("Observer: only the arbiters rule")).toBeVisible()
  })

  it("cannot rule, and sees why", async () => {
    await stage({ account: ADDRESS })
    const form = await ruling()
    expect(form.getByRole("button", { name: "Rule" })).toHaveAccessibleDescription(
      "Only the arbiters' account may do this.",
    )
    expect(form.getByRole("button", { name: "End the dispute" })).toHaveAccessibleDescription(
      /may rule until/,
    )
    expect(screen.getByRole("button", { name: "Stop intake" })).toHaveAccessibleDescription(
      /Only the arbiters/,
    )
  })

  it("ends a dispute after its deadline", async () => {
    const late = { ...lease, disputedUntil: NOW - 1 }
    const { chain } = await stage({ account: APPROVERS[0], more: { "/v1/leases?closed=true": [late] } })
    const form = await ruling()
    expect(screen.getByText("Deadline passed")).toBeVisible()
    await waitFor(() => expect(form.getByRole("button", { name: "End the dispute" })).toBeEnabled())
    await userEvent.click(form.getByRole("button", { name: "End the dispute" }))
    await waitFor(() => expect(chain.sent).toEqual([{ name: "endDispute", args: [STATED], value: 0n }]))
  })

  it("sees that there is none", async () => {
    await stage({ more: { "/v1/leases?closed=true": [] } })
    expect(await screen.findByText("No lease is disputed")).toBeVisible()
  })

  it("sees how disputes ended", async () => {
    const ended = log(
      "DisputeEnded",
      { lease: LEASE, provider: OTHER },
      encodeAbiParameters([{ type: "bool" }, { type: "bool" }, { type: "uint256" }], [true, true, ETHER]),
    )
    await stage({ chain: world({ logs: [ended] }), more: { "/v1/leases?closed=true": [] } })
    const table = await screen.findByRole("region", { name: "Ended disputes" })
    expect(await within(table).findByText("For the tenant")).toBeVisible()
    expect(within(table).getByText("1 ETH")).toBeVisible()
  })
})

describe("evidence", () => {
  it("comes from the lease's provider, checked by its hash", async () => {
    await stage({ more: { [`/v1/evidence/${SHOWN}`]: new Response(TEXT) } })
    const shown = await screen.findByRole("region", { name: "The evidence" })
    expect(shown).toHaveTextContent("It answered 503 all day.")
    expect(screen.getByText("matches the hash on chain")).toBeVisible()
  })

  it("with another hash is rejected", async () => {
    await stage({ more: { [`/v1/evidence/${SHOWN}`]: new Response("It was fine.") } })
    expect(await screen.findByText(/The provider does not have it/)).toBeVisible()
    expect(screen.queryByText("It was fine.")).toBeNull()
  })

  it("may come from a file", async () => {
    let kept = false
    const put = () => {
      kept = true
      return new Response(null, { status: 204 })
    }
    const get = () => (kept ? new Response(TEXT) : new Response(null, { status: 404 }))
    await stage({ more: { [`PUT /v1/evidence/${SHOWN}`]: put, [`/v1/evidence/${SHOWN}`]: get } })
    await screen.findByText(/The provider does not have it/)
    const input = screen.getByLabelText("Compare a file", { selector: "input" })
    await userEvent.upload(input, new File(["something else"], "other.txt"))
    expect(await screen.findByText("other.txt is not the evidence: its hash differs.")).toBeVisible()
    await userEvent.upload(input, new File([TEXT], "mine.txt"))
    expect(await screen.findByRole("region", { name: "The evidence" })).toHaveTextContent("503")
    await userEvent.click(screen.getByRole("button", { name: "Upload to the lease's provider" }))
    expect(await screen.findByText(/readers of this dispute can see it now/)).toBeVisible()
  })

  it("is rendered as text only", async () => {
    const html = "<img src=x onerror=alert(1)>"
    const hash = keccak256(stringToHex(html))
    const logs = [
      log(
        "DisputeOpened",
        { lease: LEASE, provider: OTHER },
        encodeAbiParameters([{ type: "uint256" }, { type: "bytes32" }], [BigInt(UNTIL), hash]),
      ),
    ]
    await stage({
      chain: world({ ...disputed, logs }),
      more: { [`/v1/evidence/${hash}`]: new Response(html) },
    })
    const shown = await screen.findByRole("region", { name: "The evidence" })
    expect(shown).toHaveTextContent(html)
    expect(within(shown).queryByRole("img")).toBeNull()
  })
})

describe("the arbiters", () => {
  it("see what a ruling does in numbers, and make it", async () => {
    const { chain } = await stage({ account: ARBITERS })
    const form = await ruling()
    const slider = form.getByRole("slider", { name: /Taken from the provider's bond/ })
    expect(slider).toHaveAttribute("max", "5000")
    // jsdom does not move sliders by keys.
    fireEvent.change(slider, { target: { value: "5000" } })
    expect(slider).toHaveAttribute("aria-valuetext", "50 % of the bond")
    await waitFor(() => expect(value("The provider's bond loses")).toHaveTextContent("1 ETH"))
    expect(value("Of that, the tenant receives")).toHaveTextContent("0.75 ETH")
    expect(value("Burned")).toHaveTextContent("0.25 ETH")
    expect(value("Remaining bond")).toHaveTextContent("1 ETH")
    await waitFor(() => expect(value("The deposit is returned to the tenant")).toHaveTextContent("0.1 ETH"))
    expect(form.getByText(/cannot sell until it adds to its bond/)).toHaveTextContent("1.05024 ETH")
    const rule = form.getByRole("button", { name: "Rule" })
    await waitFor(() => expect(rule).toBeEnabled())
    await userEvent.click(rule)
    await waitFor(() =>
      expect(chain.sent).toEqual([{ name: "rule", args: [STATED, true, ETHER], value: 0n }]),
    )
  })

  it("take nothing from the bond for the provider", async () => {
    const { chain } = await stage({ account: ARBITERS })
    const form = await ruling()
    await userEvent.click(form.getByRole("radio", { name: "For the provider" }))
    expect(form.queryByRole("slider")).toBeNull()
    expect(value("The frozen amount can be claimed with proofs, at most")).toHaveTextContent("0.25 ETH")
    const rule = form.getByRole("button", { name: "Rule" })
    await waitFor(() => expect(rule).toBeEnabled())
    await userEvent.click(rule)
    await waitFor(() => expect(chain.sent[0]).toMatchObject({ name: "rule", args: [STATED, false, 0n] }))
  })

  it("are too late after the deadline", async () => {
    const late = { ...lease, disputedUntil: NOW - 1 }
    await stage({ account: ARBITERS, more: { "/v1/leases?closed=true": [late] } })
    expect((await ruling()).getByRole("button", { name: "Rule" })).toHaveAccessibleDescription(/deadline was/)
  })

  it("stop intake", async () => {
    const { chain } = await stage({ account: ARBITERS })
    await userEvent.click(await screen.findByRole("button", { name: "Stop intake" }))
    await waitFor(() => expect(chain.sent[0]).toMatchObject({ name: "setIntake", args: [false] }))
  })

  it("when bound, rule by a proposal of one of their approvers", async () => {
    const bound = {
      reads: { ...disputed.reads, bindingOf: [2n, VERSION] },
      logs: [opened, boundLog(ARBITERS)],
    }
    const { chain } = await stage({ account: APPROVERS[0], chain: world(bound) })
    expect(await screen.findByText(/your ruling becomes a proposal/)).toBeVisible()
    const form = await ruling()
    const propose = form.getByRole("button", { name: "Propose the ruling" })
    await waitFor(() => expect(propose).toBeEnabled())
    await userEvent.click(propose)
    const dialog = within(await screen.findByRole("dialog", { name: "Propose to approvers" }))
    expect(await dialog.findByText("Rule a dispute for the tenant")).toBeVisible()
    expect(chain.sent).toEqual([])
  })
})

describe("in Chinese", () => {
  it("is fully translated", async () => {
    setLanguage("zh")
    await stage({ account: ADDRESS })
    expect(await screen.findByRole("heading", { name: "裁决" })).toBeVisible()
    expect(screen.getByRole("button", { name: "裁决" })).toHaveAccessibleDescription(
      "只有仲裁人账户可以执行此操作。",
    )
  })
})
