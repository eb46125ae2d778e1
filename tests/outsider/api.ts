// A provider's public API, with nothing but fetch.
import assert from "node:assert/strict"
import type { Address, Hex, LocalAccount, TypedDataDomain, TypedDataParameter } from "viem"
import { createSiweMessage } from "viem/siwe"

export interface MarketView {
  chainId: number
  market: Address
  block: number
  provider: Address
  endpoint: string
  domain: TypedDataDomain
  types: Record<string, TypedDataParameter[]>
  leafEncoding: string[]
  parameters: Record<string, string>
}

export interface OfferView {
  id: number
  provider: Address
  open: boolean
  currency: Address
}

export interface LeaseView {
  id: Hex
  tenant: Address
  provider: Address
  status: "active" | "exhausted" | "closed"
  replicas: { wanted: number; running: number; healthy: number }
  money: { deposited: string; paid: string; returned: string; balance: string; owed: string }
  terms: Record<string, unknown>
  manifest: { hash: Hex; received: boolean }
  containers: { service: string; replica: number; image: string; ports: Record<string, string> }[]
  reason: string | null
  openedToRunningMs: number | null
  timeline: { stage: string; state: string; detail: string }[]
}

export interface ProofView {
  lease: Hex
  provider: Address
  epoch: number
  root: Hex
  rootTx: Hex | null
  leaf: Hex
  values: string[]
  path: Hex[]
  leafEncoding: string[]
  leaves: number
}

export interface Refusal {
  status: number
  code: string
  message: string
}

export class Api {
  readonly url: string
  readonly #token: string | undefined

  constructor(url: string, token?: string) {
    this.url = url
    this.#token = token
  }

  // The same API for a signed-in account, by EIP-4361.
  async signIn(account: LocalAccount): Promise<Api> {
    const nonce = await (await this.#fetch("/v1/session/nonce", { method: "POST" })).json()
    const { chainId, statement } = nonce
    const page = { domain: new URL(this.url).host, uri: this.url, version: "1" } as const
    const message = createSiweMessage({ ...page, address: account.address, chainId, nonce: nonce.nonce, statement })
    const signature = await account.signMessage({ message })
    const body = JSON.stringify({ message, signature, token: true })
    const headers = { "content-type": "application/json" }
    const answer = await this.#fetch("/v1/session", { method: "POST", body, headers })
    assert.equal(answer.status, 200, await answer.clone().text())
    return new Api(this.url, (await answer.json()).token)
  }

  async get<T>(path: string): Promise<T> {
    const answer = await this.#fetch(path)
    const text = await answer.text()
    if (!answer.ok) throw new Error(`GET ${path} answered ${answer.status}: ${text}`)
    return JSON.parse(text)
  }

  putManifest(lease: string, bytes: Uint8Array, signature?: string): Promise<Response> {
    const headers: Record<string, string> = { "content-type": "application/yaml" }
    if (signature !== undefined) headers["tidemark-signature"] = signature
    return this.#fetch(`/v1/leases/${lease}/manifest`, { method: "PUT", body: bytes as BodyInit, headers })
  }

  // What a request is refused with. Every refusal is JSON of the same two fields: a word and a sentence.
  async refusal(request: Promise<Response> | string): Promise<Refusal> {
    const answer = await (typeof request === "string" ? this.#fetch(request) : request)
    const text = await answer.text()
    assert.ok(!answer.ok, `this should have been refused, but was answered ${answer.status}: ${text}`)
    assert.match(answer.headers.get("content-type") ?? "", /^application\/json/, text)
    const body = JSON.parse(text)
    assert.deepEqual(Object.keys(body).sort(), ["code", "message"], text)
    assert.match(body.code, /^[a-z_]+$/)
    assert.match(body.message, /\S+ \S+ \S+/, "a message is a sentence")
    return { status: answer.status, ...body }
  }

  #fetch(path: string, request: RequestInit = {}): Promise<Response> {
    const headers = new Headers(request.headers)
    if (this.#token !== undefined) headers.set("authorization", `Bearer ${this.#token}`)
    return fetch(this.url + path, { ...request, headers, signal: AbortSignal.timeout(20_000) })
  }
}
