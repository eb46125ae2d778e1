// Proposals: how a call is proposed to approvers, checked and executed. A proposal's own claims are not trusted: its
// digest is recomputed, its call is decoded here, and its approvers are read from the chain.
import {
  type Address,
  concat,
  getAddress,
  type Hex,
  isAddress,
  isHex,
  recoverAddress,
  size,
  slice,
} from "viem"
import { getBlock, readContract } from "viem/actions"
import type { ProposalView } from "../api/types.ts"
import type { Approved } from "./actions/approved.ts"
import { type ActionState, type Binding, readAction, readBinding } from "./binding.ts"
import { type Call, marketOf } from "./call.ts"
import { type DecodedCall, decodeCall } from "./decodeCall.ts"
import type { Reader } from "./reader.ts"
import { type Reason, reason } from "./reasons.ts"
import { randomSalt } from "./terms.ts"
import { type Action, digestOf } from "./typedData.ts"

/** The format of the command line's files; what a provider adds is optional. */
export type Proposal = Omit<ProposalView, "createdAtMs" | "createdBy" | "approvers"> &
  Partial<Pick<ProposalView, "createdAtMs" | "createdBy" | "approvers">>

/** Why a file is not a usable proposal, in both languages. */
export class InvalidProposal extends Error {
  readonly reason: Reason
  constructor(reason: Reason) {
    super(reason.en)
    this.reason = reason
  }
}

export interface Consent {
  approver: Address
  how: "signature" | "transaction"
  /** In the format of `approved`: for a consent by transaction, the approver's bare address. */
  signature: Hex
  tx: Hex | null
}

/** A proposal, and what the chain records about it. */
export interface CheckedProposal {
  proposal: Proposal
  action: Action
  /** Recomputed here. */
  digest: Hex
  /** Whether the proposal's digest matches it. */
  sound: boolean
  decoded: DecodedCall
  binding: Binding | null
  state: ActionState
  /** One per consenting approver, in the approvers' order. */
  consents: Consent[]
  /** Whose signatures are invalid, or who are not approvers. */
  invalidSigners: Address[]
}

export function actionOf({ account, call, value, nonce, expiry, version }: Proposal): Action {
  return {
    account,
    call,
    value: BigInt(value),
    nonce: BigInt(nonce),
    expiry: BigInt(expiry),
    version: BigInt(version),
  }
}

const DAY = 86_400n

/**
 * Proposes a call of a bound account to its approvers, with a random nonce.
 * @param days How long it can be executed.
 */
export async function makeProposal(
  reader: Reader,
  account: Address,
  { data, value }: Call,
  days = 7,
): Promise<Proposal> {
  const [binding, block, decoded] = await Promise.all([
    readBinding(reader, account),
    getBlock(reader),
    decodeCall(reader, account, data, value),
  ])
  if (!binding)
    throw new InvalidProposal(
      reason("The account is not bound: it needs no consents.", "该账户不受约束：无需同意。"),
    )
  const action: Action = {
    account,
    call: data,
    value,
    nonce: randomSalt(),
    expiry: block.timestamp + BigInt(days) * DAY,
    version: binding.version,
  }
  return {
    chainId: reader.chain.id,
    market: marketOf(reader),
    account,
    says: [decoded.says.en],
    call: data,
    value: value.toString(),
    nonce: action.nonce.toString(),
    expiry: action.expiry.toString(),
    version: action.version.toString(),
    digest: digestOf(reader, action),
    consents: [],
    approvers: [...binding.approvers],
  }
}

/** Parses a file of the command line or of this page. @throws InvalidProposal */
export function parseProposal(text: string, here: Pick<Reader, "chain">): Proposal {
  const no = (en: string, zh: string) => new InvalidProposal(reason(en, zh))
  let read: Record<string, unknown>
  try {
    read = JSON.parse(text) as Record<string, unknown>
  } catch {
    throw no("This is not a JSON file.", "这不是 JSON 文件。")
  }
  const numbers = [read?.value, read?.nonce, read?.expiry, read?.version]
  const whole =
    isAddress(String(read?.account), { strict: false }) &&
    isAddress(String(read?.market), { strict: false }) &&
    isHex(read?.call) &&
    isHex(read?.digest) &&
    size(read.digest) === 32 &&
    numbers.every((number) => typeof number === "string" && /^\d{1,78}$/.test(number))
  if (!whole) throw no("This is not a proposal file: fields are missing.", "这不是操作文件：缺少字段。")
  if (read.chainId !== here.chain.id || String(read.market).toLowerCase() !== marketOf(here).toLowerCase()) {
    throw no(
      `It is for market ${String(read.market)} on chain ${String(read.chainId)}, not for this one.`,
      `它针对链 ${String(read.chainId)} 上的市场 ${String(read.market)}，而非此市场。`,
    )
  }
  const consents = Array.isArray(read.consents) ? read.consents : []
  return {
    ...(read as unknown as Proposal),
    says: Array.isArray(read.says) ? read.says.map(String) : [],
    consents: consents.filter(
      (consent) => isAddress(String(consent?.approver), { strict: false }) && isHex(consent?.signature),
    ),
  }
}

/** The command line's file format. */
export function toFile({ approvers: _, createdAtMs: __, createdBy: ___, ...action }: Proposal): string {
  return `${JSON.stringify(action, null, 2)}\n`
}

/** The same action with the consents of both. */
export function mergeConsents(a: Proposal, b: Proposal): Proposal {
  const consents = new Map(
    [...a.consents, ...b.consents].map((consent) => [consent.approver.toLowerCase(), consent]),
  )
  return { ...b, ...a, consents: [...consents.values()] }
}

export async function checkProposal(reader: Reader, proposal: Proposal): Promise<CheckedProposal> {
  const action = actionOf(proposal)
  const digest = digestOf(reader, action)
  const [decoded, binding, state] = await Promise.all([
    decodeCall(reader, action.account, action.call, action.value),
    readBinding(reader, action.account),
    readAction(reader, action.account, digest, action.nonce),
  ])
  const valid = await Promise.all(
    proposal.consents.map(async (consent) => ({
      ...consent,
      stated: await statedOf(reader, digest, consent),
    })),
  )
  const approvers = binding?.approvers ?? []
  const same = (a: Address, b: Address) => a.toLowerCase() === b.toLowerCase()
  const consents = approvers.flatMap((approver): Consent[] => {
    if (state.revoked.some((given) => same(given.approver, approver))) return []
    const sent = state.consented.find((given) => same(given.approver, approver))
    if (sent) return [{ approver, how: "transaction", signature: approver, tx: sent.tx }]
    const signed = valid.find((consent) => consent.stated && same(consent.approver, approver))
    return signed ? [{ approver, how: "signature", signature: signed.stated!, tx: null }] : []
  })
  const strangers = valid
    .filter((consent) => !consent.stated || !approvers.some((approver) => same(approver, consent.approver)))
    .map(({ approver }) => getAddress(approver))
  return {
    proposal,
    action,
    digest,
    sound: digest === proposal.digest.toLowerCase(),
    decoded,
    binding,
    state,
    consents,
    invalidSigners: strangers,
  }
}

/** An approver's signature in the format of `approved`; null when it is not that approver's. */
async function statedOf(
  reader: Reader,
  digest: Hex,
  { approver, signature }: { approver: Address; signature: Hex },
): Promise<Hex | null> {
  if (size(signature) === 65) {
    const signer = await recoverAddress({ hash: digest, signature }).catch(() => null)
    if (signer?.toLowerCase() === approver.toLowerCase()) return signature
  }
  // A provider stores a contract's signature bare; a file may have it in the market's format.
  const bare = bareOf(approver, signature)
  const answer = await readContract(reader, {
    address: approver,
    abi: [EIP1271],
    functionName: "isValidSignature",
    args: [digest, bare],
  }).catch(() => null)
  return answer === "0x1626ba7e" ? concat([approver, bare]) : null
}

/** A contract's signature without the contract's address in front. */
export function bareOf(approver: Address, signature: Hex): Hex {
  const prefixed = size(signature) > 20 && signature.toLowerCase().startsWith(approver.toLowerCase())
  return prefixed ? slice(signature, 20) : signature
}

const EIP1271 = {
  type: "function",
  name: "isValidSignature",
  stateMutability: "view",
  inputs: [
    { name: "hash", type: "bytes32" },
    { name: "signature", type: "bytes" },
  ],
  outputs: [{ name: "", type: "bytes4" }],
} as const

/** The arguments of `approved`: as many consents as required, in the approvers' order. */
export function approvedArguments({ action, binding, consents }: CheckedProposal): Approved {
  const { account, call, value, nonce, expiry } = action
  const signatures = consents.slice(0, binding?.threshold ?? 0).map(({ signature }) => signature)
  return { account, call, value, nonce, expiry, approvers: binding?.approvers ?? [], signatures }
}
