import { screen, waitFor, within } from "@testing-library/react"
import userEvent from "@testing-library/user-event"
import { beforeEach, describe, expect, it, vi } from "vitest"
import { FULL, leaseSummary, MARKET_VIEW, NEAR } from "../../../test/offers.ts"
import { answer, show } from "../../../test/page.tsx"
import { setLanguage } from "../../i18n/language.ts"
import { filter, statusOf } from "./filter.ts"
import { Leases } from "./Leases.tsx"

// A loaded machine renders slowly.
vi.setConfig({ testTimeout: 30_000 })

const TENANT = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"
const some = [
  leaseSummary(1),
  leaseSummary(2, { status: "exhausted", money: { ...leaseSummary(2).money, runway: 0 } }),
  leaseSummary(3, { money: { ...leaseSummary(3).money, runway: 100 } }),
  leaseSummary(4, { status: "closed", closedAt: 5, money: { ...leaseSummary(4).money, runway: null } }),
  leaseSummary(5, { disputedUntil: 9 }),
]
const answers = (leases: unknown) => ({ "/v1/market": MARKET_VIEW, "/v1/leases?closed=true": leases })
const rows = () => screen.getAllByRole("row").slice(1)

beforeEach(() => setLanguage("en"))

describe("leases", () => {
  it("show all leases to a visitor without any, latest first", async () => {
    answer(answers(some))
    await show(<Leases />)
    expect(await screen.findByText("5 of 5")).toBeVisible()
    expect(rows()).toHaveLength(5)
    expect(rows()[0]).toHaveTextContent("0x0000…0005")
    expect(rows()[0]).toHaveTextContent("In dispute")
    expect(within(rows()[2]!).getByText("runs out soon")).toBeVisible()
    expect(within(rows()[2]!).getByText("1m 40s")).toBeVisible()
    expect(within(rows()[3]!).getByText("exhausted")).toBeVisible()
    expect(screen.getByRole("link", { name: "0x0000…0001" })).toHaveAttribute(
      "href",
      `/leases/${some[0]!.id}`,
    )
  })

  it("show the user's own leases first", async () => {
    answer(answers(some))
    await show(<Leases />, { account: TENANT })
    expect(await screen.findByText("3 of 3")).toBeVisible()
    expect(screen.getByRole("combobox", { name: "Whose leases" })).toHaveValue("mine")
    expect(within(rows()[0]!).getByText("you")).toBeVisible()
  })

  it("are filtered by text, status and provider", async () => {
    answer(answers(some))
    await show(<Leases />)
    await userEvent.selectOptions(await screen.findByRole("combobox", { name: "Status" }), "Exhausted")
    expect(rows()).toHaveLength(1)
    await userEvent.selectOptions(screen.getByRole("combobox", { name: "Status" }), "Any")
    await userEvent.selectOptions(screen.getByRole("combobox", { name: "Provider" }), FULL)
    expect(rows()).toHaveLength(1)
    await userEvent.type(screen.getByRole("searchbox", { name: "Find" }), "nobody")
    expect(await screen.findByText("No lease matches")).toBeVisible()
    await userEvent.click(screen.getByRole("button", { name: "Clear the filter" }))
    expect(await screen.findByText("5 of 5")).toBeVisible()
  })

  it("show the next step to a tenant without any", async () => {
    answer(answers(some))
    await show(<Leases />, { account: "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65" })
    await userEvent.selectOptions(await screen.findByRole("combobox", { name: "Whose leases" }), "mine")
    expect(screen.getByText("You have no leases yet")).toBeVisible()
    await userEvent.click(screen.getByRole("button", { name: "Show all leases" }))
    expect(rows()).toHaveLength(5)
  })

  it("keep a thousand in the table and few of them in the page", async () => {
    vi.spyOn(Element.prototype, "clientHeight", "get").mockReturnValue(700)
    vi.spyOn(Element.prototype, "clientWidth", "get").mockReturnValue(1000)
    vi.spyOn(HTMLElement.prototype, "offsetHeight", "get").mockReturnValue(58)
    answer(answers(Array.from({ length: 1_000 }, (_, index) => leaseSummary(index + 1))))
    await show(<Leases />)
    expect(await screen.findByText("1,000 of 1,000")).toBeVisible()
    expect(screen.getByRole("table")).toHaveAttribute("aria-rowcount", "1001")
    await waitFor(() => expect(rows().length).toBeGreaterThan(10))
    expect(rows().length).toBeLessThan(60)
  })
})

describe("the filter", () => {
  const thousand = Array.from({ length: 1_000 }, (_, index) => leaseSummary(index + 1))
  it("takes a thousand in far less than a hundred milliseconds", () => {
    const wanted = { text: "3c44", status: "active", provider: NEAR, of: TENANT } as const
    const began = performance.now()
    const found = filter(thousand, wanted)
    expect(performance.now() - began).toBeLessThan(50)
    expect(found.length).toBe(
      thousand.filter(({ tenant, provider }) => tenant === TENANT && provider === NEAR).length,
    )
  })

  it("shows a closed lease in dispute as closed", () => {
    expect(statusOf(leaseSummary(1, { status: "closed", disputedUntil: 9 }))).toBe("closed")
    expect(statusOf(leaseSummary(1, { status: "exhausted", disputedUntil: 9 }))).toBe("disputed")
  })
})
