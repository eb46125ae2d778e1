// A visitor of the page: a browser context with its own wallet, language and theme. A story fails when the page
// violates its Content-Security-Policy or throws.
import { type Browser, test as base, expect, type Page } from "@playwright/test"
import type { HDAccount } from "viem/accounts"
import { Stack } from "./stack.ts"
import { WALLET_NAME, Wallet } from "./wallet.ts"

export { expect }

interface Wishes {
  /** Whose wallet; none: the browser has no wallet. */
  account?: HDAccount
  /** The path; the market's page by default; null: none yet. */
  path?: string | null
  language?: "en" | "zh"
  theme?: "light" | "dark"
  width?: number
  height?: number
  /** The URL of a proxy in front of the API. */
  origin?: string
}

export interface Visitor {
  page: Page
  wallet: Wallet
  /** Violations and errors of the page. */
  wrongs: string[]
  /** Requests without an answer: not failures, but possible explanations. */
  lost: string[]
}

/** Chromium logs every answer that is not 2xx to the console; these are not errors of the page. */
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
        // The browser's error page has no storage.
        if (origin === "null") return
        // The initial settings; changes during the visit are kept.
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

  /** Opens a page by its URL, as from a bookmark. */
  async go(page: Page, path: string) {
    await page.goto(this.#stack.url + path)
  }

  /** Starts a visit and connects the wallet. */
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

/** `stack` is shared by the stories of a worker; a story that disturbs it starts its own. */
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
