// Somebody at the page: a browser context of their own, their wallet, their language and theme. Whoever visits is watched:
// a story fails when the page broke its Content-Security-Policy or threw.
import { type Browser, test as base, expect, type Page } from "@playwright/test"
import type { HDAccount } from "viem/accounts"
import { Stack } from "./stack.ts"
import { WALLET_NAME, Wallet } from "./wallet.ts"

export { expect }

interface Wishes {
  /** Whose wallet; none: nobody's, the browser has no wallet. */
  account?: HDAccount
  /** Where; the market's page unless told; null: nowhere yet. */
  path?: string | null
  language?: "en" | "zh"
  theme?: "light" | "dark"
  width?: number
  height?: number
  /** Through something that stands before the API. */
  origin?: string
}

export interface Visitor {
  page: Page
  wallet: Wallet
  /** What the page did that it must not. */
  wrongs: string[]
  /** Requests without an answer: no wrong, but they may explain one. */
  lost: string[]
}

/** Chromium writes each answer that is not 2xx to the console; that is the network's word and not the page's. */
const OF_THE_NETWORK = /Failed to load resource|net::ERR_|WebSocket connection to/

export class Visits {
  readonly #browser: Browser
  readonly #stack: Stack
  readonly #visitors: Visitor[] = []

  constructor(browser: Browser, stack: Stack) {
    this.#browser = browser
    this.#stack = stack
  }

  async begin(wishes: Wishes = {}): Promise<Visitor> {
    const { account, path = "/", language = "en", theme = "light", width = 1280, height = 800 } = wishes
    const context = await this.#browser.newContext({ viewport: { width, height }, colorScheme: theme })
    await context.grantPermissions(["clipboard-read", "clipboard-write"])
    await context.addInitScript(
      ([language, theme]) => {
        // The browser's own page for a site that does not answer keeps nothing.
        if (origin === "null") return
        // As the person left them; what is chosen during the visit stays.
        if (!localStorage.getItem("tidemark.language")) localStorage.setItem("tidemark.language", language!)
        if (!localStorage.getItem("tidemark.theme")) localStorage.setItem("tidemark.theme", theme!)
      },
      [language, theme],
    )
    const wrongs: string[] = []
    await context.exposeBinding("tidemarkViolated", (_, what: string) => wrongs.push(what))
    await context.addInitScript(() => {
      const tell = (window as unknown as { tidemarkViolated: (what: string) => void }).tidemarkViolated
      document.addEventListener("securitypolicyviolation", (event) =>
        tell(
          `policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`,
        ),
      )
    })
    const wallet = account
      ? await Wallet.into(context, this.#stack, account)
      : (undefined as unknown as Wallet)
    const page = await context.newPage()
    const lost: string[] = []
    page.on("requestfailed", (request) => lost.push(`${request.url()}: ${request.failure()?.errorText}`))
    page.on("response", (answer) => {
      if (answer.status() >= 500) lost.push(`${answer.url()}: ${answer.status()}`)
    })
    page.on("pageerror", (error) => wrongs.push(`threw: ${error.stack ?? error.message}`))
    page.on("console", (message) => {
      if (message.type() !== "error" || OF_THE_NETWORK.test(message.text())) return
      wrongs.push(`console: ${message.text()}`)
    })
    if (path !== null) await page.goto((wishes.origin ?? this.#stack.url) + path)
    const visitor = { page, wallet, wrongs, lost }
    this.#visitors.push(visitor)
    return visitor
  }

  /** Goes to a page by its address, as from a bookmark. */
  async go(page: Page, path: string) {
    await page.goto(this.#stack.url + path)
  }

  /** Begins and connects the wallet, as a person does. */
  async connected(account: HDAccount, wishes: Omit<Wishes, "account"> = {}): Promise<Visitor> {
    const visitor = await this.begin({ ...wishes, account })
    await connect(visitor.page)
    return visitor
  }

  async end() {
    const wrongs = this.#visitors.flatMap(({ wrongs }) => wrongs)
    const lost = this.#visitors.flatMap(({ lost }) => lost)
    if (test.info().errors.length + wrongs.length > 0) {
      for (const request of lost) console.log(`lost: ${request}`)
    }
    for (const { page } of this.#visitors.splice(0)) await page.context().close()
    expect(wrongs).toEqual([])
  }
}

export async function connect(page: Page) {
  await page
    .getByRole("button", { name: /^(Connect wallet|连接钱包)$/ })
    .first()
    .click()
  await page.getByRole("dialog").getByRole("button", { name: WALLET_NAME }).click()
  await expect(page.getByRole("button", { name: /^(Account|账户) 0x/ })).toBeVisible()
}

/** `stack` is one for all stories of a worker; a story that disturbs it starts its own. */
export const test = base.extend<{ visits: Visits }, { stack: Stack }>({
  stack: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of what a fixture needs.
    async ({}, use) => {
      const stack = await Stack.start()
      await use(stack)
      await stack.stop()
    },
    { scope: "worker", timeout: 180_000 },
  ],
  visits: async ({ browser, stack }, use) => {
    const visits = new Visits(browser, stack)
    await use(visits)
    await visits.end()
  },
})
