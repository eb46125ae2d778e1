// Starts a deployment from the form's state. The lease's id follows from its terms, so it is known before anything is
// sent.
import { type Address, keccak256, toBytes } from "viem"
import { readContract } from "viem/actions"
import type { RatesView } from "../../api/types.ts"
import { market as abi } from "../../chain/abi.ts"
import type { Reader } from "../../chain/reader.ts"
import { attributeOf, leaseIdOf, type Rates, randomSalt } from "../../chain/terms.ts"
import { addDeployment, type Deployment } from "../../features/deployments/deployments.ts"
import type { Matched } from "../../features/offers/match.ts"
import type { Requirements } from "../../features/offers/requirements.ts"
import { type Draft, setDraft } from "./draft.ts"

export interface Start {
  reader: Reader
  chainId: number
  market: Address
  account: Address
  draft: Draft
  wanted: Requirements
  /** Null: an order for bids. */
  chosen: Matched | null
  currency: Address
  deposit: bigint
  maxRate: bigint
  /** The chain's time. */
  now: number
}

function viewOf(rates: Rates): RatesView {
  const texts = Object.entries(rates).map(([key, rate]) => [key, String(rate)])
  return Object.fromEntries(texts) as unknown as RatesView
}

export async function startDeployment(plan: Start): Promise<Deployment> {
  const { reader, chainId, market, account, draft, wanted, chosen, currency, deposit, maxRate, now } = plan
  const salt = randomSalt()
  const manifestHash = keccak256(toBytes(draft.manifest))
  const { replicas, policy } = draft
  const order = { shape: wanted.shape, replicas, policy, maxRate, manifestHash, salt }
  let auction: Deployment["auction"] = null
  let winner: Deployment["winner"] = null
  if (chosen) {
    const { provider } = chosen.offer
    const terms = {
      tenant: account,
      provider,
      currency,
      shape: order.shape,
      rates: chosen.rates,
      manifestHash,
      salt,
    }
    winner = { lease: leaseIdOf(chainId, market, terms), provider, rates: viewOf(chosen.rates) }
  } else {
    const bidUntil = now + draft.bidding * 60
    const acceptUntil = bidUntil + draft.acceptance * 60
    const { attributes } = wanted
    const asked = {
      tenant: account,
      currency,
      order,
      bidUntil,
      acceptUntil,
      attributes: attributes.map(attributeOf),
    }
    const id = await readContract(reader, { address: market, abi, functionName: "orderIdOf", args: [asked] })
    auction = { id, bidUntil, acceptUntil, attributes }
  }
  const deployment = addDeployment({
    account,
    chainId,
    market,
    currency,
    deposit: deposit.toString(),
    order: { ...order, maxRate: maxRate.toString(), salt: salt.toString() },
    offer: chosen?.offer.id ?? null,
    auction,
    winner,
    manifest: draft.manifest,
    signature: null,
    handedOver: false,
    proposed: false,
  })
  // The next deployment starts with the same shape and policy, without this one's money.
  setDraft({ manifest: "", deposit: null, budget: null, offer: null })
  return deployment
}
