// A proposal that awaits its approver, made with the command line and shared at the provider.
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, type Page } from "@playwright/test"
import type { HDAccount } from "viem/accounts"
import { signIn } from "./session.ts"
import type { Stack } from "./stack.ts"

/**
 * Binds an account to an approver, and proposes a top-up beyond its limits. @param page Any visitor's: it signs in as
 * the account.
 */
export async function propose(page: Page, stack: Stack, account: HDAccount, approver: HDAccount) {
  const bind = ["--approver", approver.address, "--threshold", "1", "--limit", "eth:0.02/h:0.001:2"]
  await stack.tidemark(account, "account", "bind", ...bind)
  const folder = await mkdtemp(join(tmpdir(), "tidemark-proposal-"))
  try {
    const file = join(folder, "action.json")
    await stack.tidemark(account, "topup", stack.up.lease!, "0.01", "--propose", file)
    await signIn(page, stack, account)
    const posted = await page.request.post(`${stack.url}/v1/proposals`, {
      data: JSON.parse(await readFile(file, "utf8")),
      headers: { origin: stack.url },
    })
    expect(posted.status(), await posted.text()).toBeLessThan(300)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
