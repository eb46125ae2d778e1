// The outsider's story: someone who has only the contract's ABI and the provider's public API rents a machine, checks the
// proof of what it used, and gets the rest of the money back. No Rust here, and none of our code.
import assert from "node:assert/strict"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { after, before, describe, it } from "node:test"
import { StandardMerkleTree } from "@openzeppelin/merkle-tree"
import {
  type Abi,
  type Hex,
  type TransactionReceipt,
  createPublicClient,
  createWalletClient,
  defineChain,
  http,
  isAddressEqual,
  keccak256,
  parseEther,
  parseEventLogs,
  toHex,
  zeroAddress,
} from "viem"
import { mnemonicToAccount } from "viem/accounts"
import { Api, type LeaseView, type MarketView, type OfferView, type ProofView } from "./api.ts"
import { Devnet, repository, until } from "./devnet.ts"

// Anvil's mnemonic: a well-known development secret, worth nothing anywhere.
const MNEMONIC = "test test test test test test test test test test test junk"
const tenant = mnemonicToAccount(MNEMONIC, { addressIndex: 2 })
const stranger = mnemonicToAccount(MNEMONIC, { addressIndex: 8 })

const DEPOSIT = parseEther("0.02")
const SCALE = 10n ** 12n

const { abi } = JSON.parse(await readFile(join(repository, "solidity/abi/Market.json"), "utf8")) as { abi: Abi }
const manifest = await readFile(join(repository, "sample/compose.yaml"))
const manifestHash = keccak256(manifest)

let devnet: Devnet
let api: Api
let market: MarketView
let lease: Hex
// As the chain's event has them.
let terms: Record<string, any>
let published: string
let spentOnGas = 0n
let fundsBefore: bigint

function clients() {
  const { rpcUrl, deployment } = devnet.up
  const nativeCurrency = { name: "Ether", symbol: "ETH", decimals: 18 }
  const rpcUrls = { default: { http: [rpcUrl] } }
  const chain = defineChain({ id: deployment.chainId, name: "devnet", nativeCurrency, rpcUrls })
  const chainAndTransport = { chain, transport: http(rpcUrl), pollingInterval: 200 }
  return {
    chain: createPublicClient({ ...chainAndTransport, cacheTime: 0 }),
    wallet: createWalletClient({ ...chainAndTransport, account: tenant }),
  }
}

let chain: ReturnType<typeof clients>["chain"]
let wallet: ReturnType<typeof clients>["wallet"]

const at = () => ({ address: devnet.up.deployment.market, abi })

// Any: the ABI is read at run time, as an outsider's would be, so the compiler has no types of it.
function read(functionName: string, args: unknown[] = []): Promise<any> {
  return chain.readContract({ ...at(), functionName, args })
}

async function write(functionName: string, args: unknown[], value = 0n): Promise<TransactionReceipt> {
  const { request } = await chain.simulateContract({ ...at(), functionName, args, value, account: tenant })
  const hash = await wallet.writeContract(request)
  const receipt = await chain.waitForTransactionReceipt({ hash })
  assert.equal(receipt.status, "success")
  spentOnGas += receipt.gasUsed * receipt.effectiveGasPrice
  return receipt
}

async function events(eventName: string, args: Record<string, unknown> = { lease }): Promise<any[]> {
  const fromBlock = BigInt(devnet.up.deployment.block)
  return chain.getContractEvents({ ...at(), eventName, args, fromBlock, strict: true })
}

const total = (logs: any[]): bigint => logs.reduce((sum, log) => sum + log.args.amount, 0n)

function sign(who: typeof tenant, message: { lease: Hex; manifestHash: Hex }): Promise<Hex> {
  const { domain, types } = market
  return who.signTypedData({ domain, types: { Manifest: types.Manifest! }, primaryType: "Manifest", message })
}

const show = () => api.get<LeaseView>(`/v1/leases/${lease}`)

describe("an outsider with the ABI and the public API", { timeout: 600_000 }, () => {
  before(async () => {
    devnet = await Devnet.start()
    api = new Api(devnet.up.apiUrl)
    ;({ chain, wallet } = clients())
  })

  after(async () => {
    const code = await devnet?.stop()
    if (devnet) assert.equal(code, 0, "tidemark up must end cleanly when asked to")
  })

  it("finds the market, and the chain agrees with what the API says of it", async () => {
    market = await api.get("/v1/market")
    assert.equal(market.chainId, await chain.getChainId())
    assert.ok(isAddressEqual(market.market, devnet.up.deployment.market))
    const { name, version, chainId, verifyingContract } = (await chain.getEip712Domain(at())).domain
    assert.deepEqual(market.domain, { name, version, chainId: Number(chainId), verifyingContract })
    const parameters = await read("parameters")
    const onChain = Object.fromEntries(Object.entries(parameters).map(([key, value]) => [key, String(value)]))
    assert.deepEqual(market.parameters, onChain)
    const registered = await read("providerOf", [market.provider])
    assert.equal(registered.endpoint, market.endpoint)
  })

  it("takes an offer with one transaction", async () => {
    const offers = await api.get<OfferView[]>("/v1/offers")
    const offer = offers.find((offer) => offer.open && isAddressEqual(offer.currency, zeroAddress))
    assert.ok(offer, "an open offer in ETH")
    const policy = { minReplicas: 1, maxReplicas: 1, target: 70, up: 80, down: 40, cooldown: 30, step: 1, headroom: 0 }
    const order = {
      shape: { millicores: 250, memoryMiB: 128, diskMiB: 256, gpus: 0 },
      replicas: 1,
      policy,
      maxRate: 2n ** 103n,
      manifestHash,
      // Wider than a JavaScript number, as a salt may be.
      salt: 2n ** 63n + BigInt(Date.now()),
    }
    fundsBefore = await chain.getBalance({ address: tenant.address })
    const receipt = await write("take", [offer.id, order, DEPOSIT], DEPOSIT)
    const [opened] = parseEventLogs({ abi, eventName: "LeaseOpened", logs: receipt.logs }) as any[]
    assert.equal(opened.args.deposit, DEPOSIT)
    assert.ok(isAddressEqual(opened.args.provider, market.provider))
    ;({ lease, terms } = opened.args)
    assert.equal(await read("idOf", [terms]), lease)
  })

  it("sees the lease, with terms that the contract takes back unchanged", async () => {
    const view = await until("the lease at the provider", 15_000, show)
    assert.ok(isAddressEqual(view.tenant, tenant.address))
    assert.equal(view.manifest.hash, manifestHash)
    assert.equal(view.manifest.received, false)
    assert.equal(BigInt(view.money.deposited), DEPOSIT)
    assert.equal(await read("idOf", [view.terms]), lease)
  })

  describe("is refused with a word and a sentence", () => {
    it("a manifest other than the lease's", async () => {
      const other = Buffer.concat([manifest, Buffer.from("\n")])
      const signature = await sign(tenant, { lease, manifestHash: keccak256(other) })
      const refusal = await api.refusal(api.putManifest(lease, other, signature))
      assert.deepEqual([refusal.status, refusal.code], [400, "bad_request"])
      assert.ok(refusal.message.includes(manifestHash), refusal.message)
      assert.ok(refusal.message.includes(keccak256(other)), refusal.message)
    })

    it("a manifest without a signature", async () => {
      const refusal = await api.refusal(api.putManifest(lease, manifest))
      assert.deepEqual([refusal.status, refusal.code], [401, "unauthorized"])
      assert.match(refusal.message, /tidemark-signature/)
    })

    it("a manifest that a stranger signed", async () => {
      const signature = await sign(stranger, { lease, manifestHash })
      const refusal = await api.refusal(api.putManifest(lease, manifest, signature))
      assert.deepEqual([refusal.status, refusal.code], [401, "unauthorized"])
      assert.ok(refusal.message.includes(tenant.address), refusal.message)
    })

    it("a signature for another lease, or of another market", async () => {
      const elsewhere = await sign(tenant, { lease: keccak256(lease), manifestHash })
      assert.equal((await api.refusal(api.putManifest(lease, manifest, elsewhere))).status, 401)
      const domain = { ...market.domain, chainId: market.chainId + 1 }
      const types = { Manifest: market.types.Manifest! }
      const message = { lease, manifestHash }
      const foreign = await tenant.signTypedData({ domain, types, primaryType: "Manifest", message })
      assert.equal((await api.refusal(api.putManifest(lease, manifest, foreign))).status, 401)
    })

    it("a signature that is none", async () => {
      for (const garbage of ["0x", "0xzz", "yes", toHex(new Uint8Array(65)), toHex(new Uint8Array(64))]) {
        const refusal = await api.refusal(api.putManifest(lease, manifest, garbage))
        assert.deepEqual([refusal.status, refusal.code], [401, "unauthorized"], garbage)
      }
    })

    it("a manifest too large to be one", async () => {
      const refusal = await api.refusal(api.putManifest(lease, new Uint8Array(4 << 20)))
      assert.deepEqual([refusal.status, refusal.code], [413, "too_large"])
    })

    it("a lease that was never opened", async () => {
      const unknown = keccak256(lease)
      for (const path of ["", "/proofs/latest", "/proofs/1"]) {
        const refusal = await api.refusal(`/v1/leases/${unknown}${path}`)
        assert.deepEqual([refusal.status, refusal.code], [404, "not_found"], path)
      }
      const refusal = await (await api.signIn(tenant)).refusal(`/v1/leases/${unknown}/usage`)
      assert.deepEqual([refusal.status, refusal.code], [404, "not_found"])
      const signature = await sign(tenant, { lease: unknown, manifestHash })
      assert.equal((await api.refusal(api.putManifest(unknown, manifest, signature))).status, 404)
    })

    it("ids, epochs and questions that are none", async () => {
      for (const id of ["1", "0x12", `${lease}00`, lease.replace(/.$/, "g"), "%F0%9F%8C%8A", "..%2f..%2fetc%2fpasswd"]) {
        const refusal = await api.refusal(`/v1/leases/${id}`)
        assert.deepEqual([refusal.status, refusal.code], [400, "bad_request"], id)
      }
      for (const epoch of ["-1", "newest", "1e3", "99999999999999999999999"]) {
        const refusal = await api.refusal(`/v1/leases/${lease}/proofs/${epoch}`)
        assert.deepEqual([refusal.status, refusal.code], [400, "bad_request"], epoch)
      }
      const signedIn = await api.signIn(tenant)
      assert.equal((await signedIn.refusal(`/v1/leases/${lease}/usage?since=yesterday`)).status, 400)
      assert.equal((await api.refusal("/v1/leases?tenant=me")).status, 400)
      assert.equal((await api.refusal("/v1/nothing")).status, 404)
    })

    it("and none of it changed the lease", async () => {
      const view = await show()
      assert.equal(view.manifest.received, false)
      assert.deepEqual(view.containers, [])
      assert.equal(BigInt(view.money.balance), DEPOSIT)
    })
  })

  it("hands the manifest over and watches it run", async () => {
    const answer = await api.putManifest(lease, manifest, await sign(tenant, { lease, manifestHash }))
    assert.equal(answer.status, 204, await answer.text())
    const view = await until("a healthy replica", 120_000, async () => {
      const view = await show()
      if (view.replicas.healthy >= view.replicas.wanted) return view
      throw new Error(view.reason ?? `${view.replicas.healthy} healthy`)
    })
    assert.deepEqual(view.containers.map((container) => container.service).sort(), ["back", "front"])
    for (const { image } of view.containers) assert.match(image, /sha256:[0-9a-f]{64}$/)
    assert.ok(view.openedToRunningMs! > 0)
    assert.equal(view.timeline.map((step) => step.stage).join(" "), "chain clearing container meter proof scale settlement")
    const front = view.containers.find((container) => container.service === "front")!
    published = Object.entries(front.ports).find(([port]) => port.startsWith("8080"))![1]
  })

  it("calls the application over its published port", async () => {
    const call = async (path: string) => {
      const answer = await fetch(`http://${published}${path}`, { signal: AbortSignal.timeout(30_000) })
      return { status: answer.status, body: (await answer.json()) as any }
    }
    const first = await call("/")
    assert.equal(first.status, 200)
    assert.equal(first.body.greeting, "The tide is in.")
    assert.ok(first.body.back, "the front talked to the back")
    const second = await call("/")
    assert.equal(second.body.visits.count, first.body.visits.count + 1)
    assert.equal(second.body.visits.kept, true)
    // Something to be metered.
    const burnt = await call("/burn?ms=1000")
    assert.ok(burnt.body.cpuMs >= 1000, JSON.stringify(burnt.body))
  })

  it("reads the usage of its lease, which is refused to others", async () => {
    const path = `/v1/leases/${lease}/usage`
    assert.equal((await api.refusal(path)).status, 401)
    const refusal = await (await api.signIn(stranger)).refusal(path)
    assert.deepEqual([refusal.status, refusal.code], [403, "forbidden"])
    const usage = await (await api.signIn(tenant)).get<{ lease: Hex; cpuNanos: string }>(path)
    assert.equal(usage.lease, lease)
    assert.ok(BigInt(usage.cpuNanos) > 0n)
  })

  it("verifies a proof with the public Merkle library and the chain", async () => {
    const proof = await until("a proof that shows the CPU time", 60_000, async () => {
      const proof = await api.get<ProofView>(`/v1/leases/${lease}/proofs/latest`)
      return BigInt(proof.values[3]!) >= 1_000_000_000n && proof
    })
    assert.equal(proof.values[0], lease)
    assert.deepEqual(proof.leafEncoding, market.leafEncoding)
    const verify = (values: string[], path: Hex[]) =>
      StandardMerkleTree.verify(proof.root, proof.leafEncoding, values, path)
    assert.ok(verify(proof.values, proof.path))

    // The sample lease of `up` shares the epoch, so the path has something to prove.
    assert.ok(proof.leaves >= 2 && proof.path.length >= 1, `${proof.leaves} leaves`)
    for (const [i, value] of proof.values.entries()) {
      const changed = BigInt(value) ^ 1n
      const forged = proof.values.with(i, i === 0 ? toHex(changed, { size: 32 }) : changed.toString())
      assert.ok(!verify(forged, proof.path), `value ${i} is covered by the root`)
    }
    assert.ok(!verify(proof.values, proof.path.slice(1)))
    assert.ok(!verify(proof.values, proof.path.map((node) => keccak256(node))))

    const [, time, replicaSeconds, cpuNanos, memoryByteSeconds, networkBytes, utilization] = proof.values.map(BigInt)
    const statement = { time, replicaSeconds, cpuNanos, memoryByteSeconds, networkBytes, utilization }
    assert.equal(await read("leafOf", [lease, statement]), proof.leaf)
    const [digest, postedAt] = await read("rootOf", [proof.provider, proof.epoch])
    assert.equal(digest, proof.root.slice(0, 2 + 2 * 28), "the contract keeps 28 bytes of the root")
    assert.ok(time! <= postedAt, "a statement is no younger than its root")
    const [posted] = await events("RootPosted", { provider: market.provider, epoch: BigInt(proof.epoch) })
    assert.equal(posted.args.root, proof.root)
    assert.equal(posted.transactionHash, proof.rootTx)
  })

  it("sees the provider paid, and no more than the proof covers", async () => {
    const settled = await until("a settlement", 120_000, async () => {
      const logs = await events("Settled")
      return logs.some((log) => log.args.amount > 0n) && logs
    })
    const newest = settled.at(-1)!.args.time as bigint
    // The statement of that time is one of those under the provider's roots.
    const { epoch } = await api.get<ProofView>(`/v1/leases/${lease}/proofs/latest`)
    let values: string[] | undefined
    for (let number = epoch; number > 0 && values === undefined; number--) {
      const proof = await api.get<ProofView>(`/v1/leases/${lease}/proofs/${number}`)
      if (BigInt(proof.values[1]!) === newest) values = proof.values
    }
    assert.ok(values, `a statement of ${newest}`)
    const price = priceOf(terms.rates, values)
    const paid = total(settled.filter((log) => log.args.time <= newest))
    assert.ok(paid > 0n && paid <= price, `${paid} paid for usage worth ${price}`)
  })

  it("closes, takes back the rest, and the money adds up", async () => {
    await write("close", [terms])
    await until("the settlement of the last statement", 120_000, async () => (await read("owed", [terms])) === 0n)
    if ((await read("withdrawable", [terms])) > 0n) await write("refund", [terms])
    const account = await read("accountOf", [lease, zeroAddress])
    assert.equal(account.balance, 0n)
    const paid = total(await events("Settled"))
    const returned = total(await events("Refunded"))
    assert.equal(paid, account.paid)
    assert.equal(paid + returned, DEPOSIT)
    const fundsAfter = await chain.getBalance({ address: tenant.address })
    assert.equal(fundsBefore - fundsAfter, paid + spentOnGas, "the tenant is poorer by what it paid, and by its gas")

    const view = await until("the provider's view of the end", 30_000, async () => {
      const view = await show()
      return view.status === "closed" && BigInt(view.money.balance) === 0n && view
    })
    assert.equal(BigInt(view.money.paid), paid)
    assert.equal(BigInt(view.money.returned), returned)
    await assert.rejects(write("scale", [terms, 1]), /LeaseIsClosed/)
  })

  it("leaves nothing running behind", async () => {
    await until("the end of the containers", 60_000, async () => (await show()).containers.length === 0)
    await assert.rejects(fetch(`http://${published}/`, { signal: AbortSignal.timeout(5_000) }))
    const signature = await sign(tenant, { lease, manifestHash })
    const refusal = await api.refusal(api.putManifest(lease, manifest, signature))
    assert.deepEqual([refusal.status, refusal.code], [409, "conflict"])
  })
})

// `Accrual.price`: what cumulative usage costs, in base units.
function priceOf(rates: Record<string, bigint>, values: string[]): bigint {
  const [, , replicaSeconds, cpuNanos, memoryByteSeconds, networkBytes] = values.map(BigInt)
  const mib = 1n << 20n
  const scaled =
    rates.replicaSecond! * replicaSeconds! +
    (rates.cpuSecond! * cpuNanos!) / 10n ** 9n +
    (rates.memoryMiBSecond! * memoryByteSeconds!) / mib +
    (rates.networkMiB! * networkBytes!) / mib
  return scaled / SCALE
}
