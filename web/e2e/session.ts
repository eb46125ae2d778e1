// Signs in without the page's button, for stories about something else: the same challenge and the same signature.
import { expect, type Page } from "@playwright/test"
import type { HDAccount } from "viem/accounts"
import { createSiweMessage } from "viem/siwe"
import type { Stack } from "./stack.ts"

/** Stores the session's cookie in the page's browser context. */
export async function signIn(page: Page, stack: Stack, account: HDAccount) {
  const headers = { origin: stack.url }
  const asked = await page.request.post(`${stack.url}/v1/session/nonce`, { data: {}, headers })
  const { nonce, statement, expiresAt } = (await asked.json()) as {
    nonce: string
    statement: string
    expiresAt: number
  }
  const message = createSiweMessage({
    domain: new URL(stack.url).host,
    address: account.address,
    statement,
    uri: stack.url,
    version: "1",
    chainId: stack.chain.id,
    nonce,
    issuedAt: new Date(),
    expirationTime: new Date(expiresAt * 1000),
  })
  const signature = await account.signMessage({ message })
  const answer = await page.request.post(`${stack.url}/v1/session`, { data: { message, signature }, headers })
  expect(answer.status(), await answer.text()).toBe(200)
}
