// @vitest-environment node
import { decodeFunctionData, encodeAbiParameters, type Hex } from "viem"
import { describe, expect, it } from "vitest"
import { APPROVERS, boundLog, KEYS, log, reads, VERSION } from "../../test/chain.ts"
import { STATED, TERMS } from "../../test/market.ts"
import { ADDRESS, CHAIN_ID, HASH, MARKET, OTHER, recorder } from "../../test/wallet.ts"
import { market } from "./abi.ts"
import { approvedCall } from "./actions/approved.ts"
import { scaleCall } from "./actions/scale.ts"
import { withdrawCall } from "./actions/withdraw.ts"
import {
  approvedArguments,
  checkProposal,
  InvalidProposal,
  makeProposal,
  mergeConsents,
  type Proposal,
  parseProposal,
  toFile,
} from "./proposals.ts"
import type { Reader } from "./reader.ts"
import { ACTION } from "./typedData.ts"

const keys = KEYS
const approvers = APPROVERS
const bound = boundLog()

function world(logs: object[] = [bound], threshold = 2n, used = false): Reader {
  const answers = reads({ bindingOf: [threshold, VERSION], nonceUsed: used })
  return recorder({ reads: answers, logs }).wallet as unknown as Reader
}

const propose = () => makeProposal(world(), ADDRESS, withdrawCall({ terms: TERMS, amount: 5n }))

async function signedBy(proposal: Proposal, ...who: number[]): Promise<Proposal> {
  const { account, call } = proposal
  const [value, nonce, expiry, version] = [
    proposal.value,
    proposal.nonce,
    proposal.expiry,
    proposal.version,
  ].map(BigInt)
  const consents = await Promise.all(
    who.map(async (index) => ({
      approver: approvers[index]!,
      signature: await keys[index]!.signTypedData({
        domain: { name: "Tidemark", version: "1", chainId: CHAIN_ID, verifyingContract: MARKET },
        types: ACTION,
        primaryType: "Action",
        message: { account, call, value: value!, nonce: nonce!, expiry: expiry!, version: version! },
      }),
    })),
  )
  return { ...proposal, consents }
}

describe("making a proposal", () => {
  it("has the account's approvers, a week, and a random nonce", async () => {
    const [one, two] = await Promise.all([propose(), propose()])
    expect(one.approvers).toEqual(approvers)
    expect(one.version).toBe("3")
    expect(one.expiry).toBe(String(1_700_000_000 + 7 * 86_400))
    expect(one.nonce).not.toBe(two.nonce)
    expect(one.says).toEqual(["Withdraw money from a lease"])
    expect(decodeFunctionData({ abi: market, data: one.call })).toEqual({
      functionName: "withdraw",
      args: [STATED, 5n],
    })
  })

  it("is for bound accounts", async () => {
    const free = world([], 0n)
    await expect(makeProposal(free, ADDRESS, scaleCall({ terms: TERMS, replicas: 2 }))).rejects.toThrow(
      InvalidProposal,
    )
  })
})

describe("an action's file", () => {
  it("round-trips", async () => {
    const proposal = await signedBy(await propose(), 0)
    const read = parseProposal(toFile(proposal), world())
    expect(toFile(read)).toBe(toFile(proposal))
    expect(JSON.parse(toFile(proposal))).not.toHaveProperty("approvers")
  })

  it.each([
    ["no JSON", "{", "JSON"],
    ["another file", "{}", "missing"],
    ["null", "null", "missing"],
  ])("is refused: %s", (_, text, why) => {
    expect(() => parseProposal(text, world())).toThrow(why)
  })

  it("is refused when it is of another market", async () => {
    const proposal = await propose()
    const other = toFile({ ...proposal, market: OTHER })
    expect(() => parseProposal(other, world())).toThrow("not for this one")
    expect(() => parseProposal(toFile({ ...proposal, chainId: 1 }), world())).toThrow("chain 1")
  })

  it("merges its consents with known ones", async () => {
    const proposal = await propose()
    const both = mergeConsents(await signedBy(proposal, 0), await signedBy(proposal, 1))
    expect(both.consents.map(({ approver }) => approver).sort()).toEqual([approvers[0], approvers[1]].sort())
  })
})

describe("checking a proposal", () => {
  it("orders consents by approver", async () => {
    const checked = await checkProposal(world(), await signedBy(await propose(), 2, 0))
    expect(checked.sound).toBe(true)
    expect(checked.consents.map(({ approver, how }) => [approver, how])).toEqual([
      [approvers[0], "signature"],
      [approvers[2], "signature"],
    ])
    const { args } = decodeFunctionData({ abi: market, data: approvedCall(approvedArguments(checked)).data })
    expect(args![2]).toMatchObject({
      approvers,
      signatures: checked.consents.map(({ signature }) => signature),
    })
  })

  it("passes no more consents than required", async () => {
    const checked = await checkProposal(world(), await signedBy(await propose(), 0, 1, 2))
    expect(approvedArguments(checked).signatures).toHaveLength(2)
  })

  it("finds out that it was modified", async () => {
    const proposal = await propose()
    const changed = { ...proposal, value: "1" }
    expect((await checkProposal(world(), changed)).sound).toBe(false)
    expect(
      (await checkProposal(world(), { ...proposal, says: ["close a lease"] })).decoded.says.en,
    ).toContain("Withdraw money")
  })

  it("ignores signatures of other actions and of other accounts", async () => {
    const proposal = await signedBy(await propose(), 0)
    const stolen = { ...proposal, consents: [{ ...proposal.consents[0]!, approver: approvers[1]! }] }
    const checked = await checkProposal(world(), stolen)
    expect(checked.consents).toEqual([])
    expect(checked.invalidSigners).toEqual([approvers[1]])
  })

  it("accepts contract signatures, bare or prefixed", async () => {
    const proposal = await propose()
    const contract = approvers[1]!
    const accepting = recorder({
      reads: {
        ...reads({ bindingOf: [2n, VERSION], nonceUsed: false }),
        "0x1626ba7e": encodeAbiParameters([{ type: "bytes4" }], ["0x1626ba7e"]),
      },
      logs: [bound],
    }).wallet as unknown as Reader
    for (const signature of ["0xabcd", `${contract}abcd`.toLowerCase()] as Hex[]) {
      const checked = await checkProposal(accepting, {
        ...proposal,
        consents: [{ approver: contract, signature }],
      })
      expect(checked.consents).toMatchObject([{ approver: contract, signature: `${contract}abcd` }])
      expect(checked.invalidSigners).toEqual([])
    }
  })

  it("includes consents by transaction, and excludes revoked ones", async () => {
    const proposal = await signedBy(await propose(), 2)
    const indexed = (approver: Hex) => ({ action: proposal.digest, account: ADDRESS, approver })
    const consented = log("Consented", indexed(approvers[0]!), "0x")
    const revoked = log("Revoked", indexed(approvers[2]!), "0x")
    const checked = await checkProposal(world([bound, consented, revoked]), proposal)
    expect(checked.consents).toEqual([
      { approver: approvers[0], how: "transaction", signature: approvers[0], tx: HASH },
    ])
    expect(checked.state.revoked.map(({ approver }) => approver)).toEqual([approvers[2]])
  })

  it("recognizes an executed action", async () => {
    const proposal = await propose()
    const taken = log(
      "ActionTaken",
      { action: proposal.digest, account: ADDRESS },
      encodeAbiParameters([{ type: "uint256" }], [1n]),
    )
    const checked = await checkProposal(world([bound, taken], 2n, true), proposal)
    expect(checked.state).toMatchObject({ taken: HASH, nonceUsed: true })
  })
})
