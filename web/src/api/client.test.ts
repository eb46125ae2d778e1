import { describe, expect, it } from "vitest"
import { answer, json } from "../../test/page.tsx"
import { ApiError, providerApi, Unreachable, unwrap } from "./client.ts"
import { clearToken, setToken } from "./tokens.ts"

const offers = (base = "") => unwrap(providerApi(base).GET("/v1/offers"))

describe("a request to a provider", () => {
  it("returns the JSON of the answer, and undefined for an answer without a body", async () => {
    answer({ "/v1/offers": [], "DELETE /v1/session": new Response(null, { status: 204 }) })
    await expect(offers()).resolves.toEqual([])
    await expect(unwrap(providerApi("").DELETE("/v1/session"))).resolves.toBeUndefined()
  })

  it("throws a refusal with the provider's sentence", async () => {
    answer({ "/v1/offers": json({ code: "unauthorized", message: "sign in first" }, 401) })
    const refused = await offers().catch((error) => error)
    expect(refused).toBeInstanceOf(ApiError)
    expect(refused).toMatchObject({ status: 401, code: "unauthorized", message: "sign in first" })
  })

  it("recognizes a proxy that answers for a provider that is down", async () => {
    answer({ "/v1/offers": new Response("<h1>Bad Gateway</h1>", { status: 502 }) })
    await expect(offers()).rejects.toBeInstanceOf(Unreachable)
    answer({ "/v1/offers": new TypeError("failed to fetch") })
    await expect(offers()).rejects.toBeInstanceOf(Unreachable)
  })

  it("distinguishes the provider's own failure from its absence", async () => {
    answer({ "/v1/offers": json({ code: "internal", message: "its log says why" }, 500) })
    await expect(offers()).rejects.toBeInstanceOf(ApiError)
  })

  it("is not unreachable when the caller aborts it", async () => {
    answer({ "/v1/offers": () => Promise.reject(new DOMException("aborted", "AbortError")) })
    await expect(offers()).rejects.toMatchObject({ name: "AbortError" })
  })

  it("carries a session's token to another origin, and never to the page's own", async () => {
    const base = "https://provider.example"
    const sent: (string | null)[] = []
    const record = (request: Request) => {
      sent.push(request.headers.get("authorization"))
      return json([])
    }
    answer({ "/v1/offers": record, [`${base}/v1/offers`]: record })
    setToken(base, "secret")
    await offers(base)
    await offers()
    clearToken(base)
    expect(sent).toEqual(["Bearer secret", null])
  })
})
