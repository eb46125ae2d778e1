import { screen, within } from "@testing-library/react"
import userEvent from "@testing-library/user-event"
import { describe, expect, it } from "vitest"
import { answersOf, LEASE, leaseView, TENANT } from "../../../../test/lease.ts"
import { answer, show } from "../../../../test/page.tsx"
import { OTHER } from "../../../../test/wallet.ts"
import Access from "./Access.tsx"

const path = `/v1/leases/${LEASE}`
const now = Math.floor(Date.now() / 1000)
const signature = `0x${"33".repeat(65)}`
const typed: { message: Record<string, unknown> }[] = []
const wallet = (async ({ method, params }: { method: string; params?: unknown }) => {
  if (method !== "eth_signTypedData_v4") return null
  typed.push(JSON.parse((params as string[])[1]!))
  return signature
}) as never

const given = (more = {}) =>
  answersOf(leaseView(), {
    "/v1/session": { address: TENANT, expiresAt: now + 3_600 },
    [`${path}/grants`]: [
      { lease: LEASE, grantee: OTHER, scope: "logs", issuedAt: now - 60, expiry: now + 7_200 },
    ],
    [`${path}/accesses?limit=200`]: [
      { atMs: now * 1000, who: OTHER, what: "logs", detail: "follow, service front" },
      { atMs: now * 1000 - 1, who: TENANT, what: "shell", detail: "ended after 3 s: left" },
    ],
    ...more,
  })

describe("the access to a lease", () => {
  it("shows the tenant the grants, their expiry, and the access log", async () => {
    answer(given())
    await show(<Access lease={leaseView()} />, { account: TENANT, chain: wallet })
    const shared = await screen.findByRole("region", { name: "Shared with" })
    expect(await within(shared).findByText("logs")).toBeVisible()
    expect(within(shared).getByText(/^(2h|1h 59m).* left$/)).toBeVisible()
    const looked = await screen.findByRole("region", { name: "Access log" })
    expect(await within(looked).findByText("follow, service front")).toBeVisible()
    expect(within(looked).getAllByRole("row")).toHaveLength(3)
  })

  it("is granted by a signature, without a transaction", async () => {
    const asked = answer(given({ [`POST ${path}/grants`]: {} }))
    await show(<Access lease={leaseView()} />, { account: TENANT, chain: wallet })
    const address = await screen.findByRole("textbox", { name: "Address" })
    await userEvent.type(address, "0x12")
    expect(screen.getByRole("alert")).toHaveTextContent(/not an address/)
    await userEvent.clear(address)
    await userEvent.click(address)
    await userEvent.paste(OTHER)
    await userEvent.selectOptions(screen.getByRole("combobox", { name: "May see" }), "shell")
    expect(screen.getByText(/A shell can do everything that your containers can/)).toBeVisible()
    await userEvent.selectOptions(screen.getByRole("combobox", { name: "For" }), "1 hour")
    await userEvent.click(screen.getByRole("button", { name: "Sign and share" }))
    expect(await screen.findByText("Shared.")).toBeVisible()
    const post = asked.find(({ method, path }) => method === "POST" && path.endsWith("/grants"))
    const grant = JSON.parse(post!.body!)
    expect(grant).toMatchObject({ grantee: OTHER, scope: "shell", signature })
    expect(grant.expiry - grant.issuedAt).toBe(3_600)
    expect(grant.issuedAt).toBeLessThanOrEqual(Math.floor(Date.now() / 1000))
    expect(typed.at(-1)!.message).toMatchObject({
      lease: LEASE,
      grantee: OTHER.toLowerCase(),
      scope: "shell",
    })
  })

  it("is revoked immediately", async () => {
    const asked = answer(given({ [`DELETE ${path}/grants/${OTHER}`]: new Response(null, { status: 204 }) }))
    await show(<Access lease={leaseView()} />, { account: TENANT, chain: wallet })
    await userEvent.click(await screen.findByRole("button", { name: /Revoke the access of 0x15d3/ }))
    await expect.poll(() => asked.some(({ method }) => method === "DELETE")).toBe(true)
  })

  it("is managed by the tenant alone", async () => {
    const asked = answer(given())
    await show(<Access lease={leaseView()} />, { account: OTHER })
    expect(await screen.findByText(/Only the lease's tenant sees/)).toBeVisible()
    expect(asked.some(({ path }) => path.includes("accesses"))).toBe(false)
  })
})
