// Attacks that the page and its API prevent.
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { actors } from "./actors.ts"
import { signIn } from "./session.ts"
import { expect, test } from "./visitor.ts"

/** A foreign page, at another origin, with the given content. */
async function foreign(html: string): Promise<{ url: string; close: () => void }> {
  const server = createServer((_, answer) => answer.setHeader("content-type", "text/html").end(html))
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done))
  // Another host name is another site; another port alone would not be.
  const url = `http://localhost:${(server.address() as AddressInfo).port}/`
  return { url, close: () => server.close() }
}

test("the Content-Security-Policy blocks inline code", async ({ visits, stack }) => {
  const { page, wrongs } = await visits.begin()
  const answer = await page.request.get(stack.url, { headers: { accept: "text/html" } })
  const policy = answer.headers()["content-security-policy"] ?? ""
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("script-src 'self';")
  expect(policy).not.toContain("unsafe")
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible()
  expect(wrongs).toEqual([])

  const ran = await page.evaluate(async () => {
    const script = document.createElement("script")
    script.textContent = "window.wasRun = true"
    document.body.append(script)
    const image = document.createElement("img")
    image.setAttribute("onerror", "window.wasRun = true")
    image.src = "/nothing-is-here.png"
    document.body.append(image)
    const style = document.createElement("style")
    style.textContent = "body { display: none }"
    document.head.append(style)
    await new Promise((done) => setTimeout(done, 300))
    return "wasRun" in window || getComputedStyle(document.body).display === "none"
  })
  expect(ran).toBe(false)
  // These violations are expected: the attacks were blocked.
  expect(wrongs.filter((wrong) => wrong.startsWith("policy:")).length).toBeGreaterThanOrEqual(3)
  wrongs.length = 0
})

test("the page cannot be framed", async ({ visits, stack }) => {
  const site = await foreign(`<title>bait</title><iframe src="${stack.url}/approvals"></iframe>`)
  try {
    const { page, wrongs } = await visits.begin({ path: null })
    const refused = page.waitForEvent("console", {
      predicate: (message) => /frame-ancestors|X-Frame-Options/i.test(message.text()),
    })
    await page.goto(site.url)
    await refused
    await expect(page.frames()[1]!.getByRole("heading")).toHaveCount(0)
    wrongs.length = 0
  } finally {
    site.close()
  }
})

test("a session's cookie is unavailable to scripts and other sites", async ({ visits, stack }) => {
  const { page } = await visits.connected(actors.tenant)
  await signIn(page, stack, actors.tenant)
  const cookies = await page.context().cookies(stack.url)
  const session = cookies.find(({ name }) => name === "tidemark_session")
  expect(session).toMatchObject({ httpOnly: true, sameSite: "Strict" })
  expect(session!.expires * 1000).toBeLessThan(Date.now() + 2 * 3_600_000)
  expect(await page.evaluate(() => document.cookie)).not.toContain("tidemark_session")
  const kept = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))
  expect(kept).not.toContain(session!.value)

  // A foreign site posts a form and fetches, in the browser that has the session.
  const site = await foreign("<title>bait</title>")
  try {
    const bait = await page.context().newPage()
    await bait.goto(site.url)
    const outcome = await bait.evaluate(async (url) => {
      const tried = await fetch(`${url}/v1/session`, { method: "DELETE", credentials: "include" }).then(
        (answer) => answer.status,
        () => "blocked",
      )
      const simple = await fetch(`${url}/v1/session`, {
        method: "POST",
        credentials: "include",
        mode: "no-cors",
        body: "x",
      })
      return { tried, simple: simple.type }
    }, stack.url)
    expect(outcome.tried === "blocked" || Number(outcome.tried) >= 400).toBe(true)
    await bait.close()
  } finally {
    site.close()
  }
  const still = await page.request.get(`${stack.url}/v1/session`)
  expect(still.status(), "the session is still valid").toBe(200)

  // A forged request with the cookie is refused by its origin.
  for (const origin of ["http://evil.example", "null"]) {
    const forged = await page.request.delete(`${stack.url}/v1/session`, { headers: { origin } })
    expect(forged.status(), `a request from ${origin}`).toBe(403)
    expect(((await forged.json()) as { message: string }).message).toMatch(/origin|page/i)
  }
  expect((await page.request.get(`${stack.url}/v1/session`)).status()).toBe(200)
})

test("a nonce signs in once, and only the signing account", async ({ visits, stack }) => {
  const { page } = await visits.begin()
  const ask = () =>
    page.request.post(`${stack.url}/v1/session/nonce`, { data: {}, headers: { origin: stack.url } })
  const { nonce, statement, expiresAt } = (await (await ask()).json()) as {
    nonce: string
    statement: string
    expiresAt: number
  }
  const { createSiweMessage } = await import("viem/siwe")
  const message = createSiweMessage({
    domain: new URL(stack.url).host,
    address: actors.tenant.address,
    statement,
    uri: stack.url,
    version: "1",
    chainId: stack.chain.id,
    nonce,
    issuedAt: new Date(),
    expirationTime: new Date(expiresAt * 1000),
  })
  const enter = (signature: string) =>
    page.request.post(`${stack.url}/v1/session`, {
      data: { message, signature },
      headers: { origin: stack.url },
    })
  expect((await enter(await actors.stranger.signMessage({ message }))).status()).toBe(401)
  const own = await actors.tenant.signMessage({ message })
  expect((await enter(own)).status()).toBe(200)
  expect((await enter(own)).status(), "a second time").toBe(401)
})
