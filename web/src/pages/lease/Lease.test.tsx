import { screen, within } from "@testing-library/react"
import userEvent from "@testing-library/user-event"
import { describe, expect, it, vi } from "vitest"
import { answersOf, LEASE, leaseView, TENANT } from "../../../test/lease.ts"
import { answer, show } from "../../../test/page.tsx"
import { LeasePage } from "./Lease.tsx"

const page = (onTab = () => {}) => <LeasePage id={LEASE} tab="events" onTab={onTab} />

describe("a lease's page", () => {
  it("shows the lease's id, state and URLs", async () => {
    answer(answersOf(leaseView({ reason: "service front of replica 1 is not healthy yet" })))
    await show(page(), { account: TENANT })
    expect(await screen.findByRole("heading", { level: 1, name: /^Lease 0x/ })).toBeVisible()
    expect(screen.getByText("Active")).toBeVisible()
    expect(screen.getByText("1 of 2 healthy")).toBeVisible()
    expect(screen.getByRole("link", { name: /front:8080/ })).toHaveAttribute(
      "href",
      "http://127.0.0.1:3690/front-36",
    )
    expect(screen.getByText(/does not run as specified: service front/)).toBeVisible()
    expect(screen.getByText("you")).toBeVisible()
  })

  it("links only http and https URLs", async () => {
    const url = "javascript:alert(1)"
    answer(answersOf(leaseView({ served: [{ service: "front", port: 1, url, pathUrl: url }] })))
    await show(page())
    expect(await screen.findByText(url)).toBeVisible()
    expect(screen.queryByRole("link", { name: /front/ })).toBeNull()
  })

  it("lists the seven stages, with details on demand", async () => {
    answer(answersOf())
    await show(page())
    const flow = await screen.findByRole("region", { name: "Progress" })
    const words = within(flow).getAllByRole("listitem")
    expect(words.map((word) => within(word).getByRole("button").textContent)).toEqual([
      expect.stringMatching(/chaindone/),
      expect.stringMatching(/clearingdone/),
      expect.stringMatching(/containerworking/),
      expect.stringMatching(/meterworking/),
      expect.stringMatching(/proofwaiting/),
      expect.stringMatching(/scaledone/),
      expect.stringMatching(/settlementfailed/),
    ])
    const last = within(words[6]!).getByRole("button")
    expect(last).toHaveAttribute("aria-expanded", "false")
    await userEvent.click(last)
    expect(last).toHaveAttribute("aria-expanded", "true")
    expect(within(flow).getAllByText(/the wallet is empty/)).not.toHaveLength(0)
  })

  it("marks the provider's data as unknown while the provider is unreachable", async () => {
    answer(answersOf(leaseView({ timeline: [] })))
    await show(page())
    const flow = await screen.findByRole("region", { name: "Progress" })
    expect(within(flow).getAllByText("unknown")).toHaveLength(6)
  })

  it("opens tabs", async () => {
    answer(answersOf())
    const onTab = vi.fn()
    await show(page(onTab))
    expect(await screen.findByText(/Opened by 0x3C44/)).toBeVisible()
    await userEvent.click(screen.getByRole("tab", { name: "Money" }))
    expect(onTab).toHaveBeenCalledWith("money")
  })

  it("reports an unknown lease", async () => {
    const { [`/v1/leases/${LEASE}`]: _, ...others } = answersOf()
    answer(others)
    await show(page())
    expect(await screen.findByRole("heading", { name: "Lease not found" })).toBeVisible()
    expect(screen.getByRole("link", { name: "All leases" })).toBeVisible()
  })
})
