import { describe, expect, it } from "vitest"
import { answer, json } from "../../test/page.tsx"
import { ApiError, ask, Unreachable } from "./client.ts"

describe("asking a provider", () => {
  it("gives its JSON, and null for an answer without a body", async () => {
    answer({ "/v1/x": { a: 1 }, "DELETE /v1/x": new Response(null, { status: 204 }) })
    await expect(ask("", "/v1/x")).resolves.toEqual({ a: 1 })
    await expect(ask("", "/v1/x", { method: "DELETE" })).resolves.toBeNull()
  })

  it("tells a refusal in the provider's words", async () => {
    answer({ "/v1/x": json({ code: "unauthorized", message: "sign in first" }, 401) })
    const refused = await ask("", "/v1/x").catch((error) => error)
    expect(refused).toBeInstanceOf(ApiError)
    expect(refused).toMatchObject({ status: 401, code: "unauthorized", message: "sign in first" })
  })

  it("knows a proxy that answers for a provider that is down", async () => {
    answer({
      "/v1/x": new Response("<h1>Bad Gateway</h1>", { status: 502 }),
      "/v1/y": new TypeError("failed to fetch"),
    })
    await expect(ask("", "/v1/x")).rejects.toBeInstanceOf(Unreachable)
    await expect(ask("", "/v1/y")).rejects.toBeInstanceOf(Unreachable)
  })

  it("keeps the provider's own failure apart from its absence", async () => {
    answer({ "/v1/x": json({ code: "internal", message: "its log says why" }, 500) })
    await expect(ask("", "/v1/x")).rejects.toBeInstanceOf(ApiError)
  })
})
