// @vitest-environment node
import { hashTypedData, recoverTypedDataAddress } from "viem"
import { privateKeyToAccount } from "viem/accounts"
import { describe, expect, it } from "vitest"
import { USAGE } from "../../../test/market.ts"
import { ADDRESS, CHAIN_ID, HASH, MARKET, OTHER, recorder } from "../../../test/wallet.ts"
import { ACTION, digestOf, domainOf } from "../typedData.ts"
import { ForeignSignature, signAction } from "./signAction.ts"
import { signGrant } from "./signGrant.ts"
import { signManifest } from "./signManifest.ts"
import { signStatement } from "./signStatement.ts"

/** Anvil's fourth key, of ADDRESS. */
const key = privateKeyToAccount("0x7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6")
const DOMAIN = { name: "Tidemark", version: "1", chainId: CHAIN_ID, verifyingContract: MARKET }
const action = { account: OTHER, call: HASH, value: 1n, nonce: 2n, expiry: 3n, version: 4n } as const

describe("typed signatures", () => {
  it("countersigns a statement, every number of it", async () => {
    const { wallet, signed, sent } = recorder()
    await signStatement(wallet, { lease: HASH, usage: USAGE })
    expect(signed[0]).toMatchObject({
      primaryType: "Statement",
      domain: { name: "Tidemark", verifyingContract: MARKET },
      message: {
        lease: HASH,
        memoryByteSeconds: "340282366920938463463374607431768211455",
        utilization: 4_250,
      },
    })
    expect(sent).toEqual([])
  })

  it("signs for a manifest", async () => {
    const { wallet, signed } = recorder()
    await signManifest(wallet, { lease: HASH, manifestHash: HASH })
    expect(signed[0]).toMatchObject({ primaryType: "Manifest", message: { lease: HASH, manifestHash: HASH } })
  })

  it("grants a scope until an expiry", async () => {
    const { wallet, signed } = recorder()
    await signGrant(wallet, { lease: HASH, grantee: OTHER, scope: "logs", issuedAt: 5, expiry: 6 })
    expect(signed[0]).toMatchObject({
      primaryType: "Grant",
      message: { lease: HASH, grantee: OTHER.toLowerCase(), scope: "logs", issuedAt: "5", expiry: "6" },
    })
  })
})

describe("consent by signature", () => {
  it("gives a key's signature as it is", async () => {
    const signature = await key.signTypedData({
      domain: DOMAIN,
      types: ACTION,
      primaryType: "Action",
      message: action,
    })
    const { wallet, signed } = recorder({ signature })
    const consent = await signAction(wallet, action)
    expect(consent).toBe(signature)
    expect(signed[0]).toMatchObject({
      primaryType: "Action",
      message: { account: OTHER.toLowerCase(), version: "4" },
    })
    const typed = { domain: DOMAIN, types: ACTION, primaryType: "Action" as const, message: action }
    expect(await recoverTypedDataAddress({ ...typed, signature: consent })).toBe(ADDRESS)
  })

  it("puts a contract's address before what it accepts", async () => {
    const { wallet } = recorder({ signature: "0x1234", code: "0x6001" })
    expect(await signAction(wallet, action)).toBe(`${ADDRESS}1234`)
  })

  it("refuses what another key signed", async () => {
    const { wallet } = recorder()
    await expect(signAction(wallet, action)).rejects.toThrow(ForeignSignature)
  })

  it("hashes an action as the market does", () => {
    const { wallet } = recorder()
    const digest = digestOf(wallet, action)
    expect(digest).toBe(
      hashTypedData({ domain: DOMAIN, types: ACTION, primaryType: "Action", message: action }),
    )
    expect(digestOf(wallet, { ...action, version: 5n })).not.toBe(digest)
    expect(domainOf(wallet)).toEqual(DOMAIN)
  })
})
