import { screen, waitFor, within } from "@testing-library/react"
import userEvent from "@testing-library/user-event"
import { encodeErrorResult, zeroAddress } from "viem"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { APPROVERS, boundLog, KEYS, log, NOW, VERSION, world } from "../../../test/chain.ts"
import { TERMS } from "../../../test/market.ts"
import { answer, CONFIG, show } from "../../../test/page.tsx"
import { ADDRESS, CHAIN_ID, HASH, MARKET } from "../../../test/wallet.ts"
import type { MarketView } from "../../api/types.ts"
import { market as abi } from "../../chain/abi.ts"
import { topUpCall } from "../../chain/actions/topUp.ts"
import { withdrawCall } from "../../chain/actions/withdraw.ts"
import { type Proposal, toFile } from "../../chain/proposals.ts"
import { ACTION, digestOf } from "../../chain/typedData.ts"
import { chainOf } from "../../chain/wagmiConfig.ts"
import { usePropose } from "../../features/proposals/ProposeDialog.tsx"
import { forgetProposal } from "../../features/proposals/proposals.ts"
import { setLanguage } from "../../i18n/language.ts"
import { Button } from "../../ui/Button.tsx"
import { Approvals } from "./Approvals.tsx"

const market: MarketView = {
  ...{ chainId: CHAIN_ID, market: MARKET, block: 1, provider: zeroAddress, endpoint: "", sealingKey: "0x" },
  ...{
    domain: { name: "Tidemark", version: "1", chainId: CHAIN_ID, verifyingContract: MARKET },
    types: {},
    leafEncoding: [],
    intakeOpen: true,
  },
  parameters: { arbiters: "0x976EA74026E726554dB657fA54763abd0C3a0aa9" },
  head: { number: 5, hash: HASH, time: NOW },
}
const call = withdrawCall({ terms: TERMS, amount: 3n * 10n ** 18n })
const action = {
  account: ADDRESS,
  call: call.data,
  value: 0n,
  nonce: 77n,
  expiry: BigInt(NOW + 3_600),
  version: VERSION,
}
const proposal: Proposal = {
  ...{ chainId: CHAIN_ID, market: MARKET, account: ADDRESS, says: ["close a lease"], call: call.data },
  ...{ value: "0", nonce: "77", expiry: String(action.expiry), version: String(VERSION), consents: [] },
  digest: digestOf({ chain: chainOf(CONFIG) }, action),
}
const bound = { reads: { bindingOf: [2n, VERSION] }, logs: [boundLog()] }

async function signed(...who: number[]): Promise<Proposal> {
  const domain = { name: "Tidemark", version: "1", chainId: CHAIN_ID, verifyingContract: MARKET }
  const consents = await Promise.all(
    who.map(async (index) => ({
      approver: APPROVERS[index]!,
      signature: await KEYS[index]!.signTypedData({
        domain,
        types: ACTION,
        primaryType: "Action",
        message: action,
      }),
    })),
  )
  return { ...proposal, consents }
}

const file = (of: Proposal, name = "action.json") =>
  new File([toFile(of)], name, { type: "application/json" })
async function open(of: Proposal) {
  await userEvent.upload(screen.getByLabelText("Open a file", { selector: "input" }), file(of))
}
const card = async () => screen.findByRole("region", { name: "Withdraw money from a lease" })
const signedOut = () => answer({ "/v1/market": market, "/v1/offers": [] })

beforeEach(() => forgetProposal(proposal.digest))
afterEach(() => setLanguage("en"))

describe("a file without a wallet", () => {
  it("is decoded from its call, not from its own description", async () => {
    signedOut()
    await show(<Approvals />, { chain: world(bound).request })
    expect(await screen.findByText("No proposals")).toBeVisible()
    expect(screen.getByText(/Connect a wallet to see the proposals/)).toBeVisible()
    await open(proposal)
    const shown = within(await card())
    expect(shown.getByText("3 ETH", { selector: "dd *" })).toBeVisible()
    expect(shown.queryByText("close a lease")).toBeNull()
    expect(shown.getByText("matches")).toBeVisible()
    expect(shown.getByRole("heading", { name: "0 of 2 consents" })).toBeVisible()
    expect(shown.getByRole("button", { name: "Consent by signature" })).toBeDisabled()
    expect(shown.getByRole("button", { name: "Consent by signature" })).toHaveAccessibleDescription(
      "Connect a wallet first.",
    )
  })

  it("shows what the call does to the account's limits", async () => {
    signedOut()
    const limits = {
      rate: 0n,
      amount: 10n ** 18n,
      version: 3,
      exposure: 5n * 10n ** 18n,
      exposed: 4n * 10n ** 18n,
    }
    await show(<Approvals />, {
      chain: world({ ...bound, reads: { ...bound.reads, limitsOf: limits } }).request,
    })
    await open(proposal)
    const table = within(
      await within(await card()).findByRole("table", { name: "Effect on the limits in ETH" }),
    )
    const amount = table.getByRole("row", { name: /One call transfers/ })
    expect(await within(amount).findByText("beyond")).toBeVisible()
    expect(within(amount).getByText("1 ETH")).toBeVisible()
    expect(table.getByRole("row", { name: /In the market 4 ETH 1 ETH 5 ETH/ })).toHaveTextContent("within")
  })

  it("that was modified is marked, and cannot be consented to", async () => {
    signedOut()
    await show(<Approvals />, { account: APPROVERS[0], chain: world(bound).request })
    await open({ ...proposal, value: "5" })
    const shown = within(await card())
    expect(shown.getByText("Modified")).toBeVisible()
    expect(shown.getByRole("button", { name: "Consent by signature" })).toHaveAccessibleDescription(
      /it was modified/,
    )
  })

  it("of another market is refused with the reason", async () => {
    signedOut()
    await show(<Approvals />, { chain: world(bound).request })
    await open({ ...proposal, chainId: 1 })
    expect(
      await screen.findByText(/action.json: It is for market .* on chain 1, not for this one/),
    ).toBeVisible()
    await userEvent.upload(
      screen.getByLabelText("Open a file", { selector: "input" }),
      new File(["{"], "odd.json", { type: "application/json" }),
    )
    expect(await screen.findByText("odd.json: This is not a JSON file.")).toBeVisible()
  })
})

describe("an approver", () => {
  it("consents by signature, which is shared at the provider", async () => {
    const mail = { ...proposal, approvers: APPROVERS, createdAtMs: 1, createdBy: ADDRESS }
    const asked = answer({
      "/v1/market": market,
      "/v1/session": { address: APPROVERS[1], expiresAt: Math.floor(Date.now() / 1000) + 900 },
      "/v1/proposals": [mail],
      [`POST /v1/proposals/${proposal.digest}/consents`]: mail,
    })
    await show(<Approvals />, { account: APPROVERS[1], chain: world({ ...bound, key: KEYS[1] }).request })
    const shown = within(await card())
    expect(shown.getByText("Needs your consent")).toBeVisible()
    expect(screen.getByRole("tab", { name: "Proposals (1)" })).toBeVisible()
    await userEvent.click(shown.getByRole("button", { name: "Consent by signature" }))
    expect(await shown.findByText("Your consent was shared.")).toBeVisible()
    const post = asked.find(({ method }) => method === "POST")!
    const [consent] = (await signed(1)).consents
    expect(JSON.parse(post.body!)).toEqual({ approver: APPROVERS[1], signature: consent!.signature })
    expect(await shown.findByRole("heading", { name: "1 of 2 consents" })).toBeVisible()
    const me = shown.getByText("you").closest("li")!
    expect(me).toHaveTextContent("signed")
    expect(shown.getByRole("button", { name: "Consent by signature" })).toHaveAccessibleDescription(
      "You have already consented.",
    )
  })

  it("consents by transaction, with all approvers stated", async () => {
    signedOut()
    const chain = world(bound)
    await show(<Approvals />, { account: APPROVERS[0], chain: chain.request })
    await open(proposal)
    await userEvent.click(within(await card()).getByRole("button", { name: "Consent by transaction" }))
    await waitFor(() => expect(chain.sent).toHaveLength(1))
    expect(chain.sent[0]).toMatchObject({ name: "consent", args: [ADDRESS, proposal.digest, APPROVERS] })
  })

  it("revokes a consent after a confirmation", async () => {
    signedOut()
    const chain = world(bound)
    await show(<Approvals />, { account: APPROVERS[0], chain: chain.request })
    await open(await signed(0))
    const shown = within(await card())
    await userEvent.click(shown.getByRole("button", { name: "Revoke my consent" }))
    expect(chain.sent).toEqual([])
    const question = within(await screen.findByRole("dialog", { name: "Revoke my consent" }))
    await userEvent.click(question.getByRole("button", { name: "Revoke my consent" }))
    await waitFor(() =>
      expect(chain.sent[0]).toMatchObject({ name: "revoke", args: [ADDRESS, proposal.digest, APPROVERS] }),
    )
  })

  it("that revoked its consent is marked and not counted", async () => {
    signedOut()
    const indexed = { action: proposal.digest, account: ADDRESS, approver: APPROVERS[0] }
    const chain = world({ ...bound, logs: [boundLog(), log("Revoked", indexed)] })
    await show(<Approvals />, { account: APPROVERS[0], chain: chain.request })
    await open(await signed(0, 1))
    const shown = within(await card())
    expect(shown.getByRole("heading", { name: "1 of 2 consents" })).toBeVisible()
    expect(shown.getByText("revoked")).toBeVisible()
    expect(shown.getByRole("button", { name: "Consent by signature" })).toHaveAccessibleDescription(
      /permanently/,
    )
  })
})

describe("the account's owner", () => {
  it("sends it when enough consent, in the approvers' order", async () => {
    signedOut()
    const chain = world(bound)
    await show(<Approvals />, { account: ADDRESS, chain: chain.request })
    await open(await signed(2, 0))
    const shown = within(await card())
    expect(shown.getByText("Ready to send")).toBeVisible()
    await userEvent.click(shown.getByRole("button", { name: "Send" }))
    await waitFor(() => expect(chain.sent).toHaveLength(1))
    const { consents } = await signed(0, 2)
    expect(chain.sent[0]).toMatchObject({
      name: "approved",
      args: [
        ADDRESS,
        call.data,
        { nonce: 77n, approvers: APPROVERS, signatures: consents.map(({ signature }) => signature) },
      ],
    })
  })

  it("waits for the others until then", async () => {
    signedOut()
    await show(<Approvals />, { account: ADDRESS, chain: world(bound).request })
    await open(await signed(2))
    const send = within(await card()).getByRole("button", { name: "Send" })
    expect(send).toBeDisabled()
    expect(send).toHaveAccessibleDescription("It needs 2 consents and has 1.")
  })

  it("sees that it was executed", async () => {
    signedOut()
    const taken = log("ActionTaken", { action: proposal.digest, account: ADDRESS }, `0x${"0".repeat(63)}1`)
    const chain = world({ reads: { ...bound.reads, nonceUsed: true }, logs: [boundLog(), taken] })
    await show(<Approvals />, { account: ADDRESS, chain: chain.request })
    await open(await signed(2, 0))
    expect(within(await card()).getByText("Taken")).toBeVisible()
    expect(screen.getByRole("heading", { name: "Ended" })).toBeVisible()
  })
})

describe("history", () => {
  it("lists what happened to the account", async () => {
    signedOut()
    const indexed = { action: proposal.digest, account: ADDRESS, approver: APPROVERS[1] }
    const chain = world({ ...bound, logs: [boundLog(), log("Consented", indexed)] })
    await show(<Approvals />, { account: ADDRESS, chain: chain.request })
    await userEvent.click(screen.getByRole("tab", { name: "History" }))
    const table = await screen.findByRole("table")
    expect(within(table).getByRole("row", { name: /Consented/ })).toBeVisible()
    expect(within(table).getByRole("row", { name: /Bound to 2 of 3/ })).toBeVisible()
  })
})

/** Replaces the text of a field. */
async function enter(field: HTMLElement, text: string) {
  await userEvent.clear(field)
  await userEvent.click(field)
  await userEvent.paste(text)
}

describe("the policy", () => {
  async function policy(account: `0x${string}`, chain: ReturnType<typeof world>) {
    signedOut()
    await show(<Approvals />, { account, chain: chain.request })
    await userEvent.click(screen.getByRole("tab", { name: "My account's policy" }))
  }

  it("binds an unbound account, once the form is valid", async () => {
    const chain = world()
    await policy(ADDRESS, chain)
    const bind = await screen.findByRole("button", { name: "Bind the account" })
    expect(bind).toHaveAccessibleDescription("Enter at least one approver.")
    const approvers = screen.getByLabelText("Approvers")
    await enter(approvers, "0x12")
    expect(screen.getByRole("alert")).toHaveTextContent("“0x12” is not an address.")
    await enter(approvers, ADDRESS)
    expect(screen.getByRole("alert")).toHaveTextContent("its own approver")
    await enter(approvers, [...APPROVERS].reverse().join("\n"))
    await enter(screen.getByLabelText("Consents needed"), "4")
    expect(screen.getAllByText(/Between 1 and the number of approvers, 3/)[0]).toBeVisible()
    await enter(screen.getByLabelText("Consents needed"), "2")
    await enter(screen.getByLabelText("A lease may reserve, ETH/h"), "0.0036")
    await enter(screen.getByLabelText("A call may transfer, ETH"), "0.5")
    expect(bind).toHaveAccessibleDescription("Correct the limits first.")
    await enter(screen.getByLabelText("In the market, ETH"), "2")
    await userEvent.click(bind)
    await waitFor(() => expect(chain.sent).toHaveLength(1))
    const limit = {
      currency: zeroAddress,
      rate: 10n ** 24n,
      amount: 5n * 10n ** 17n,
      exposure: 2n * 10n ** 18n,
    }
    expect(chain.sent[0]).toMatchObject({ name: "bind", args: [APPROVERS, 2n, [limit]] })
  })

  it("of a bound account is shown, and its change proposed", async () => {
    const limit = {
      currency: zeroAddress,
      rate: 10n ** 24n,
      amount: 5n * 10n ** 17n,
      exposure: 2n * 10n ** 18n,
    }
    const limits = { ...limit, version: 3, exposed: 10n ** 18n }
    const chain = world({ reads: { ...bound.reads, limitsOf: limits }, logs: [boundLog(ADDRESS, [limit])] })
    await policy(ADDRESS, chain)
    expect(await screen.findByText("2 of 3 approvers")).toBeVisible()
    const limitRow = (await screen.findByRole("rowheader", { name: "ETH" })).closest("tr")
    expect(limitRow).toHaveTextContent("ETH0.0036 ETH/h0.5 ETH1 ETH of 2 ETH")
    await userEvent.click(screen.getByRole("button", { name: "Unbind the account" }))
    const dialog = within(await screen.findByRole("dialog", { name: "Propose to approvers" }))
    expect(await dialog.findByText("Unbind the account: it no longer needs consents")).toBeVisible()
    expect(chain.sent).toEqual([])
  })
})

/** One call transfers 5 where 1 is allowed. */
const REFUSAL = encodeErrorResult({ abi, errorName: "ConsentRequired", args: [ADDRESS, 1, 5n, 1n] })

function Asks() {
  const { attempt, dialog } = usePropose()
  const more = topUpCall({ currency: zeroAddress, lease: HASH, amount: 5n })
  return (
    <>
      <Button onClick={() => void attempt("Top up", more)}>Top up</Button>
      {dialog}
    </>
  )
}

describe("an action that needs consents", () => {
  it("is proposed from the refused action's page, and shared at the provider", async () => {
    const asked = answer({
      "/v1/session": { address: ADDRESS, expiresAt: Math.floor(Date.now() / 1000) + 900 },
      "POST /v1/proposals": proposal,
    })
    const { request, sent } = world(bound)
    const refusing = async (one: { method: string; params?: unknown }) => {
      const [{ data, to, from }] = (one.params ?? [{}]) as [{ data?: string; to?: string; from?: string }]
      if (
        one.method === "eth_call" &&
        from &&
        to &&
        data === topUpCall({ currency: zeroAddress, lease: HASH, amount: 5n }).data
      )
        throw Object.assign(new Error("execution reverted"), { code: 3, data: REFUSAL })
      return request(one as never)
    }
    await show(<Asks />, { account: ADDRESS, chain: refusing as never })
    await userEvent.click(screen.getByRole("button", { name: "Top up" }))
    const dialog = within(await screen.findByRole("dialog", { name: "Propose to approvers" }))
    expect(await dialog.findByText("Add money to a lease")).toBeVisible()
    expect(await dialog.findByText("2 of 3 approvers")).toBeVisible()
    await userEvent.click(await dialog.findByRole("button", { name: "Share with the approvers" }))
    expect(
      await dialog.findByText("Shared: the approvers see it when they sign in at this provider."),
    ).toBeVisible()
    const post = JSON.parse(asked.find(({ method }) => method === "POST")!.body!)
    // The provider refuses fields that it does not know.
    expect(Object.keys(post).sort()).toEqual([
      "account",
      "approvers",
      "call",
      "chainId",
      "consents",
      "digest",
      "expiry",
      "market",
      "nonce",
      "says",
      "value",
      "version",
    ])
    expect(post).toMatchObject({
      account: ADDRESS,
      approvers: APPROVERS,
      value: "5",
      version: String(VERSION),
      expiry: String(NOW + 7 * 86_400),
    })
    const { value, nonce, expiry, version } = post
    const again = {
      account: ADDRESS,
      call: post.call,
      value: BigInt(value),
      nonce: BigInt(nonce),
      expiry: BigInt(expiry),
    }
    expect(post.digest).toBe(digestOf({ chain: chainOf(CONFIG) }, { ...again, version: BigInt(version) }))
    expect(sent).toEqual([])
    forgetProposal(post.digest)
  })
})

describe("in Chinese", () => {
  it("is fully translated", async () => {
    signedOut()
    setLanguage("zh")
    await show(<Approvals />, { account: APPROVERS[0], chain: world(bound).request })
    await userEvent.upload(screen.getByLabelText("打开文件", { selector: "input" }), file(proposal))
    const shown = within(await screen.findByRole("region", { name: "从租约中取出资金" }))
    expect(shown.getByText("等待您")).toBeVisible()
    expect(shown.getByRole("button", { name: "以签名同意" })).toBeEnabled()
  })
})
