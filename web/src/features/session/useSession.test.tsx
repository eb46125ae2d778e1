import { screen, waitFor } from "@testing-library/react"
import userEvent from "@testing-library/user-event"
import { hexToString } from "viem"
import { parseSiweMessage } from "viem/siwe"
import { describe, expect, it } from "vitest"
import { answer, json, show } from "../../../test/page.tsx"
import { ADDRESS, CHAIN_ID, OTHER } from "../../../test/wallet.ts"
import { tokenOf } from "../../api/tokens.ts"
import { useSession } from "./useSession.ts"

const soon = () => Math.floor(Date.now() / 1000) + 300
const nobody = () => json({ code: "unauthorized", message: "sign in" }, 401)

function Who({ base }: { base: string }) {
  const { session, signIn, signOut } = useSession(base)
  return (
    <>
      <p>{session ? `signed in as ${session.address}` : "signed out"}</p>
      <button type="button" onClick={() => void signIn()}>
        Sign in
      </button>
      <button type="button" onClick={() => void signOut()}>
        Sign out
      </button>
    </>
  )
}

/** Signs every message, and records it. */
function signer() {
  const signed: string[] = []
  const request = async ({ method, params }: { method: string; params?: unknown }) => {
    if (method !== "personal_sign") return undefined
    signed.push(hexToString((params as [`0x${string}`])[0]))
    return `0x${"11".repeat(65)}`
  }
  return { signed, request: request as never }
}

describe("signing in", () => {
  it("signs a message bound to this page, this chain and the provider's nonce", async () => {
    const { signed, request } = signer()
    const expiresAt = soon()
    const asked = answer({
      "/v1/session": nobody(),
      "POST /v1/session/nonce": {
        nonce: "abcdefgh12345678",
        chainId: CHAIN_ID,
        statement: "Look inside.",
        issuedAt: 1_700_000_000,
        expiresAt,
      },
      "POST /v1/session": { address: ADDRESS, expiresAt },
    })
    await show(<Who base="" />, { account: ADDRESS, chain: request })
    await userEvent.click(await screen.findByRole("button", { name: "Sign in" }))
    await screen.findByText(`signed in as ${ADDRESS}`)
    const message = parseSiweMessage(signed[0]!)
    expect(message).toMatchObject({
      domain: location.host,
      address: ADDRESS,
      chainId: CHAIN_ID,
      nonce: "abcdefgh12345678",
    })
    expect(message.issuedAt!.getTime()).toBe(1_700_000_000_000)
    expect(message.expirationTime!.getTime()).toBe(expiresAt * 1000)
    const sent = JSON.parse(
      asked.find(({ method, path }) => method === "POST" && path === "/v1/session")!.body!,
    )
    expect(sent).toMatchObject({ message: signed[0], token: false })
  })

  it("keeps the token of another origin's session out of every store", async () => {
    const base = "https://provider.example"
    const { request } = signer()
    answer({
      [`${base}/v1/session`]: nobody(),
      [`POST ${base}/v1/session/nonce`]: {
        nonce: "abcdefgh12345678",
        chainId: CHAIN_ID,
        statement: "Look",
        issuedAt: 1_700_000_000,
        expiresAt: soon(),
      },
      [`POST ${base}/v1/session`]: { address: ADDRESS, expiresAt: soon(), token: "secret" },
      [`DELETE ${base}/v1/session`]: new Response(null, { status: 204 }),
    })
    await show(<Who base={base} />, { account: ADDRESS, chain: request })
    await userEvent.click(await screen.findByRole("button", { name: "Sign in" }))
    await screen.findByText(`signed in as ${ADDRESS}`)
    expect(tokenOf(base)).toBe("secret")
    expect(JSON.stringify({ ...localStorage })).not.toContain("secret")
    await userEvent.click(screen.getByRole("button", { name: "Sign out" }))
    await screen.findByText("signed out")
    expect(tokenOf(base)).toBeUndefined()
  })

  it("ends when the wallet changes its account, or when the session expires", async () => {
    answer({ "/v1/session": { address: OTHER, expiresAt: soon() } })
    const { queries } = await show(<Who base="" />, { account: ADDRESS })
    await waitFor(() => expect(queries.getQueryData(["session", ""])).toBeTruthy())
    expect(screen.getByText("signed out")).toBeInTheDocument()
    queries.setQueryData(["session", ""], { address: ADDRESS, expiresAt: soon() - 1_000 })
    await waitFor(() => expect(screen.getByText("signed out")).toBeInTheDocument())
    queries.setQueryData(["session", ""], { address: ADDRESS, expiresAt: soon() })
    await screen.findByText(`signed in as ${ADDRESS}`)
  })
})
