import { screen, waitFor, within } from "@testing-library/react"
import userEvent from "@testing-library/user-event"
import { beforeEach, describe, expect, it, vi } from "vitest"
import { leaseSummary, MARKET_VIEW, OFFERS, ORDER_VIEW, PROVIDERS } from "../../../test/offers.ts"
import { answer, json, show } from "../../../test/page.tsx"
import { DEFAULT, setRequirements } from "../../features/offers/requirements.ts"
import { setLanguage } from "../../i18n/language.ts"
import { Market } from "./Market.tsx"

// A loaded machine renders slowly.
vi.setConfig({ testTimeout: 30_000 })

const ANSWERS = {
  "/v1/market": MARKET_VIEW,
  "/v1/offers": OFFERS,
  "/v1/providers": PROVIDERS,
  "/v1/orders": [ORDER_VIEW],
  "/v1/leases": [
    leaseSummary(1),
    leaseSummary(2, { replicas: { wanted: 3, running: 3, healthy: 3, min: 1, max: 4 } }),
  ],
}

beforeEach(() => {
  setLanguage("en")
  setRequirements(DEFAULT)
})

const offer = (id: number) => screen.getByRole("article", { name: `Offer ${id}` })

describe("the market", () => {
  it("shows what it is, and its figures", async () => {
    answer(ANSWERS)
    await show(<Market />)
    expect(screen.getByRole("heading", { level: 1 })).toHaveTextContent("follows your demand")
    const vitals = await screen.findByRole("region", { name: "The market now" })
    expect(await within(vitals).findByText("5")).toBeVisible()
    expect(within(vitals).getByText("in 2 open leases")).toBeVisible()
    expect(within(vitals).getByText("97 %")).toBeVisible()
    // Two balances and an order's deposit.
    expect(await within(vitals).findByText("0.12 ETH")).toBeVisible()
  })

  it("lists matching offers first, and why the others do not match, with numbers", async () => {
    answer(ANSWERS)
    await show(<Market />)
    expect(await screen.findByText("1 of 2 match")).toBeVisible()
    const articles = screen.getAllByRole("article", { name: /^Offer/ })
    expect(articles.map((one) => one.getAttribute("aria-labelledby"))).toEqual(["offer-2", "offer-1"])
    expect(within(offer(1)).getByText(/100 millicores of CPU are free, but 250 are needed/)).toBeVisible()
    expect(within(offer(1)).queryByRole("link", { name: /Deploy here/ })).toBeNull()
    expect(within(offer(2)).getByRole("link", { name: /Deploy here/ })).toHaveAttribute(
      "href",
      "/deploy?offer=2",
    )
    expect(within(offer(2)).getByText("99.1 % of 1,234 epochs proven")).toBeVisible()
    expect(screen.getByText("Withdrawn")).toBeVisible()
  })

  it("updates prices while the shape is typed", async () => {
    answer(ANSWERS)
    await show(<Market />)
    // A quarter of a core, at a millionth of a coin per core-hour.
    expect(
      await within(await screen.findByRole("article", { name: "Offer 1" })).findByText("0.00000025 ETH"),
    ).toBeVisible()
    const cpu = screen.getByRole("textbox", { name: "CPU" })
    await userEvent.clear(cpu)
    await userEvent.type(cpu, "2")
    expect(within(offer(1)).getByText("0.000002 ETH")).toBeVisible()
    expect(screen.getByRole("slider", { name: "CPU" })).toHaveAttribute("aria-valuetext", "2 cores")
    // Invalid input changes nothing.
    await userEvent.clear(cpu)
    await userEvent.type(cpu, "x")
    expect(within(offer(1)).getByText("0.000002 ETH")).toBeVisible()
  })

  it("filters by attributes", async () => {
    answer(ANSWERS)
    await show(<Market />)
    await userEvent.click(await screen.findByRole("checkbox", { name: "region=us" }))
    expect(within(offer(2)).getByText("Its provider does not have the attribute region=us.")).toBeVisible()
    expect(screen.getByText("0 of 2 match")).toBeVisible()
  })

  it("shows faults with their transactions, and silence", async () => {
    answer(ANSWERS)
    await show(<Market />)
    const table = await screen.findByRole("table", { name: /Providers/ })
    const row = within(table).getByRole("row", { name: /0x9965…A4dc/ })
    expect(within(row).getByText("Slashed")).toBeVisible()
    expect(within(row).getByText("0.001 ETH")).toBeVisible()
    expect(within(row).getByText("Silent: reported")).toBeVisible()
  })

  it("lists the bids of an order, the cheapest first; only its tenant can choose", async () => {
    answer(ANSWERS)
    await show(<Market />, { account: "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65" })
    const bids = await screen.findByRole("table", { name: /Bids on order/ })
    const providers = within(bids).getAllByRole("rowheader")
    expect(providers[0]).toHaveTextContent("0x7099…79C8")
    expect(providers[1]).toHaveTextContent("0x9965…A4dc")
    const choose = screen.getByRole("button", { name: /Choose a bid/ })
    expect(choose).toBeDisabled()
    await waitFor(() => expect(choose).toHaveAccessibleDescription(/tenant/))
  })

  it("speaks Chinese", async () => {
    setLanguage("zh")
    answer(ANSWERS)
    await show(<Market />)
    expect(await screen.findByRole("article", { name: "报价 1" })).toHaveTextContent(
      "需要 250 毫核 CPU，仅剩 100",
    )
  })

  it("explains an error, and retries", async () => {
    let broken = true
    answer({
      ...ANSWERS,
      "/v1/offers": () =>
        broken ? json({ code: "internal", message: "the store is being repaired" }, 500) : json(OFFERS),
    })
    await show(<Market />)
    expect(await screen.findByText("the store is being repaired")).toBeVisible()
    broken = false
    await userEvent.click(screen.getByRole("button", { name: "Try again" }))
    expect(await screen.findByRole("article", { name: "Offer 2" })).toBeVisible()
  })

  it("shows the next step in an empty market", async () => {
    answer({ ...ANSWERS, "/v1/offers": [], "/v1/providers": [], "/v1/orders": [], "/v1/leases": [] })
    await show(<Market />)
    expect(await screen.findByText("No offers yet")).toBeVisible()
    expect(screen.getByText("No providers yet")).toBeVisible()
    expect(screen.getByRole("link", { name: "Ask for bids" })).toHaveAttribute("href", "/deploy")
  })
})
