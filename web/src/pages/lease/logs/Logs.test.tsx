import { fireEvent, screen, within } from "@testing-library/react"
import userEvent from "@testing-library/user-event"
import { beforeEach, describe, expect, it, vi } from "vitest"
import { answersOf, LEASE, leaseView, TENANT } from "../../../../test/lease.ts"
import { answer, json, show } from "../../../../test/page.tsx"
import Logs from "./Logs.tsx"

const session = { address: TENANT, expiresAt: Math.floor(Date.now() / 1000) + 3_600 }
const path = `/v1/leases/${LEASE}/logs?follow=true&tail=10000`

function streamOf(...lines: [stream: string, line: string][]) {
  const text = lines
    .map(([stream, line], atMs) => ({ atMs, service: "front", replica: 0, stream, line }))
    .map((line) => `event: line\ndata: ${JSON.stringify(line)}\n\n`)
    .join("")
  const body = new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode(text)),
  })
  return () => new Response(body)
}

const LINES: [string, string][] = [
  ["stdout", "the tide \u001b[32mis in\u001b[0m"],
  ["stderr", "<img src=x onerror=alert(1)>"],
  ["stdout", "ebb"],
]

beforeEach(() => {
  // A screen height, which jsdom lacks.
  vi.spyOn(Element.prototype, "clientHeight", "get").mockReturnValue(600)
  vi.spyOn(Element.prototype, "clientWidth", "get").mockReturnValue(800)
})

describe("the logs of a lease", () => {
  it("are private, and available after signing in", async () => {
    answer(answersOf())
    await show(<Logs lease={leaseView()} />, { account: TENANT })
    expect(await screen.findByRole("heading", { name: "This is private" })).toBeVisible()
    expect(screen.getByText(/Only the lease's tenant, and holders of the tenant's grants/)).toBeVisible()
    expect(await screen.findByRole("button", { name: "Sign in" })).toBeEnabled()
    expect(screen.queryByRole("log")).toBeNull()
  })

  it("are rendered as text, and distinguish stderr from stdout", async () => {
    answer(answersOf(leaseView(), { "/v1/session": session, [path]: streamOf(...LINES) }))
    await show(<Logs lease={leaseView()} />, { account: TENANT })
    const log = await screen.findByRole("log", { name: "Log lines" })
    expect(await within(log).findByText("<img src=x onerror=alert(1)>")).toBeVisible()
    expect(within(log).queryByRole("img")).toBeNull()
    expect(within(log).getAllByTitle("stderr")).toHaveLength(1)
    expect(within(log).getAllByTitle("stdout")).toHaveLength(2)
    expect(screen.getByText("3 lines")).toBeVisible()
  })

  it("can be searched, match by match", async () => {
    answer(answersOf(leaseView(), { "/v1/session": session, [path]: streamOf(...LINES) }))
    await show(<Logs lease={leaseView()} />, { account: TENANT })
    const log = await screen.findByRole("log")
    await within(log).findByText("ebb")
    const search = screen.getByRole("searchbox", { name: "Search" })
    await userEvent.type(search, "TIDE is")
    expect(screen.getByText("1 lines match")).toBeVisible()
    expect(
      within(log)
        .getAllByRole("mark")
        .map((mark) => mark.textContent),
    ).toEqual(["tide ", "is"])
    await userEvent.type(search, "{Enter}")
    expect(screen.getByText("1 of 1")).toBeVisible()
    expect(screen.getByRole("checkbox", { name: "Follow" })).not.toBeChecked()
    await userEvent.click(screen.getByRole("checkbox", { name: "Regular expression" }))
    fireEvent.change(search, { target: { value: "e(" } })
    expect(screen.getByRole("alert")).toHaveTextContent(/not a valid regular expression/)
  })

  it("show a refusal with its reason", async () => {
    const refusal = () => json({ code: "forbidden", message: "ask the tenant to share `logs` with you" }, 403)
    answer(answersOf(leaseView(), { "/v1/session": session, [path]: refusal }))
    await show(<Logs lease={leaseView()} />, { account: TENANT })
    expect(await screen.findByText("ask the tenant to share `logs` with you")).toBeVisible()
    expect(screen.getByText("Refused")).toBeVisible()
  })
})
