// A wallet for the stories. In the page it is an EIP-1193 provider that announces itself (EIP-6963) and is also
// `window.ethereum`. Its requests are forwarded to Node, where viem signs with a development key. A story can make it
// reject, delay, change its account or chain, and stop. One wallet serves one browser context.
import type { BrowserContext, Page } from "@playwright/test"
import {
  type Address,
  createWalletClient,
  type Hex,
  hexToBigInt,
  http,
  numberToHex,
  type TransactionSerializable,
  type TypedDataDefinition,
  type WalletClient,
} from "viem"
import type { HDAccount } from "viem/accounts"
import type { Stack } from "./stack.ts"

export const WALLET_NAME = "Harbour Wallet"

export interface Asked {
  method: string
  params: unknown[]
}

/** The errors of EIP-1193. */
const REFUSED = { code: 4001, message: "User rejected the request." }
const UNKNOWN_CHAIN = { code: 4902, message: "Unrecognized chain." }
const DISCONNECTED = { code: 4900, message: "The wallet is disconnected from all chains." }

/** The requests that prompt the user; all others only read. */
const CONSENTS = [
  "eth_requestAccounts",
  "wallet_requestPermissions",
  "eth_sendTransaction",
  "personal_sign",
  "eth_signTypedData_v4",
  "wallet_switchEthereumChain",
]

class Refusal extends Error {
  readonly code: number
  readonly data: unknown
  constructor({ code, message, data }: { code: number; message: string; data?: unknown }) {
    super(message)
    this.code = code
    this.data = data
  }
}

export class Wallet {
  /** All requests of pages, oldest first. */
  readonly asked: Asked[] = []
  account: HDAccount
  chainId: number
  /** Whether it accepts requests to switch the chain. */
  obliging = true
  /** The hash of each sent transaction. */
  readonly sent: Hex[] = []
  readonly #stack: Stack
  readonly #pages: () => Page[]
  #client: WalletClient
  #newest: Hex | undefined
  #connected = false
  #dead = false
  #refusals = 0
  #delayMs = 0

  private constructor(stack: Stack, account: HDAccount, pages: () => Page[]) {
    this.#stack = stack
    this.account = account
    this.chainId = stack.chain.id
    this.#pages = pages
    this.#client = this.#signer()
  }

  static async into(context: BrowserContext, stack: Stack, account: HDAccount): Promise<Wallet> {
    const wallet = new Wallet(stack, account, () => context.pages())
    await context.exposeBinding("tidemarkWallet", (_, method: string, params: unknown[]) =>
      wallet.#answer(method, params),
    )
    await context.addInitScript(announce, WALLET_NAME)
    return wallet
  }

  /** Rejects the next prompts. */
  refuse(questions = 1) {
    this.#refusals = questions
  }

  /** Delays the answer to each prompt. */
  hesitate(ms: number) {
    this.#delayMs = ms
  }

  async switchAccount(account: HDAccount) {
    this.account = account
    this.#client = this.#signer()
    await this.#emit("accountsChanged", [account.address])
  }

  async switchChain(chainId: number) {
    this.chainId = chainId
    await this.#emit("chainChanged", numberToHex(chainId))
  }

  /** Revokes the page's permission to see the accounts. */
  async disconnect() {
    this.#connected = false
    await this.#emit("accountsChanged", [])
  }

  /** Stops answering. */
  async die() {
    this.#dead = true
    await this.#emit("disconnect", DISCONNECTED)
  }

  /** Sends its latest transaction again, unchanged, as wallets do after a reorg. */
  async sendAgain() {
    if (!this.#newest) throw new Error("this wallet has sent nothing")
    await this.#client.sendRawTransaction({ serializedTransaction: this.#newest })
  }

  askedFor(method: string): Asked[] {
    return this.asked.filter((asked) => asked.method === method)
  }

  #signer(): WalletClient {
    const { chain, up } = this.#stack
    return createWalletClient({ account: this.account, chain, transport: http(up.rpcUrl) })
  }

  async #emit(event: string, data: unknown) {
    for (const page of this.#pages()) {
      await page
        .evaluate(
          ([event, data]) => window.dispatchEvent(new CustomEvent(`wallet:${event}`, { detail: data })),
          [event, data] as const,
        )
        // A page that is navigating asks again after loading.
        .catch(() => {})
    }
  }

  async #answer(method: string, params: unknown[]) {
    this.asked.push({ method, params })
    try {
      if (this.#dead) throw new Refusal(DISCONNECTED)
      if (CONSENTS.includes(method)) {
        if (this.#delayMs) await new Promise((done) => setTimeout(done, this.#delayMs))
        if (this.#refusals > 0) {
          this.#refusals -= 1
          throw new Refusal(REFUSED)
        }
      }
      return { result: await this.#act(method, params) }
    } catch (error) {
      const { code, message, data } = error as Refusal
      return { error: { code: typeof code === "number" ? code : -32603, message, data } }
    }
  }

  async #act(method: string, params: unknown[]): Promise<unknown> {
    const { address } = this.account
    switch (method) {
      case "eth_requestAccounts":
        this.#connected = true
        return [address]
      case "eth_accounts":
        return this.#connected ? [address] : []
      case "wallet_requestPermissions":
        this.#connected = true
        return [
          {
            parentCapability: "eth_accounts",
            caveats: [{ type: "restrictReturnedAccounts", value: [address] }],
          },
        ]
      case "wallet_revokePermissions":
        this.#connected = false
        return null
      case "eth_chainId":
        return numberToHex(this.chainId)
      case "net_version":
        return String(this.chainId)
      case "wallet_switchEthereumChain": {
        const [{ chainId }] = params as [{ chainId: Hex }]
        if (!this.obliging) throw new Refusal(REFUSED)
        if (Number(chainId) !== this.#stack.chain.id && Number(chainId) !== this.chainId)
          throw new Refusal(UNKNOWN_CHAIN)
        await this.switchChain(Number(chainId))
        return null
      }
      case "personal_sign": {
        const [raw] = params as [Hex]
        return this.account.signMessage({ message: { raw } })
      }
      case "eth_signTypedData_v4": {
        const [, text] = params as [Address, string]
        return this.account.signTypedData(JSON.parse(text) as TypedDataDefinition)
      }
      case "eth_sendTransaction": {
        const [{ from, to, data, value, gas, nonce, maxFeePerGas, maxPriorityFeePerGas }] = params as [
          Record<string, Hex | undefined>,
        ]
        if (this.chainId !== this.#stack.chain.id) throw new Refusal(UNKNOWN_CHAIN)
        if (from?.toLowerCase() !== address.toLowerCase())
          throw new Refusal({ code: 4100, message: "Not my account." })
        const whole = (of: Hex | undefined) => (of === undefined ? undefined : hexToBigInt(of))
        const prepared = await this.#client.prepareTransactionRequest({
          account: this.account,
          chain: this.#stack.chain,
          to,
          data,
          value: whole(value),
          gas: whole(gas),
          nonce: nonce === undefined ? undefined : Number(nonce),
          maxFeePerGas: whole(maxFeePerGas),
          maxPriorityFeePerGas: whole(maxPriorityFeePerGas),
        })
        const raw = await this.account.signTransaction(prepared as TransactionSerializable)
        const hash = await this.#client.sendRawTransaction({ serializedTransaction: raw })
        this.sent.push(hash)
        this.#newest = raw
        return hash
      }
      default:
        return forward(this.#stack.up.rpcUrl, method, params)
    }
  }
}

/** Reads are forwarded to the node, with their errors and error data. */
async function forward(rpcUrl: string, method: string, params: unknown[]): Promise<unknown> {
  const answer = await fetch(rpcUrl, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
  })
  const { result, error } = (await answer.json()) as { result?: unknown; error?: Refusal }
  if (error) throw new Refusal(error)
  return result
}

/** Runs in the page before its own scripts. */
function announce(name: string) {
  type Answer = { result?: unknown; error?: { code: number; message: string; data?: unknown } }
  const listeners = new Map<string, Set<(data: unknown) => void>>()
  const ask = (
    window as unknown as { tidemarkWallet: (method: string, params: unknown[]) => Promise<Answer> }
  ).tidemarkWallet
  const provider = {
    async request({ method, params }: { method: string; params?: unknown[] }) {
      const { result, error } = await ask(method, params ?? [])
      if (error) throw Object.assign(new Error(error.message), { code: error.code, data: error.data })
      return result
    },
    on(event: string, listener: (data: unknown) => void) {
      if (!listeners.has(event)) {
        listeners.set(event, new Set())
        window.addEventListener(`wallet:${event}`, (happened) => {
          for (const heard of listeners.get(event)!) heard((happened as CustomEvent).detail)
        })
      }
      listeners.get(event)!.add(listener)
      return provider
    },
    removeListener(event: string, listener: (data: unknown) => void) {
      listeners.get(event)?.delete(listener)
      return provider
    },
  }
  const info = {
    uuid: "6f0c5f0e-6f86-4d7e-9a8d-7d1f6b6b1c55",
    name,
    icon: "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>",
    rdns: "example.harbour",
  }
  const detail = Object.freeze({ info: Object.freeze(info), provider })
  const tell = () => window.dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail }))
  window.addEventListener("eip6963:requestProvider", tell)
  tell()
  Object.defineProperty(window, "ethereum", { value: provider, configurable: true })
}
