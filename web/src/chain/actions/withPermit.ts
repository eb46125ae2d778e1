// Spends a token with a signed permit in the same transaction (EIP-2612): take, openOrder, topUp, or `approved` of one
// of these.
import {
  type Address,
  domainSeparator,
  type Hash,
  type Hex,
  isAddressEqual,
  parseSignature,
  recoverTypedDataAddress,
  type TypedDataDomain,
} from "viem"
import { getBlock, getCode, readContract, signTypedData } from "viem/actions"
import { erc20 } from "../abi.ts"
import { type Call, callOf, marketOf, send, type Wallet } from "../call.ts"
import { PERMIT } from "../typedData.ts"
import { ForeignSignature } from "./signAction.ts"

export interface WithPermit {
  currency: Address
  /** Base units that the market may spend. */
  amount: bigint
  call: Call
}

/** A signed permit. */
export interface Permit {
  currency: Address
  amount: bigint
  /** Unix seconds. */
  deadline: bigint
  signature: Hex
}

/** No permit is possible: the token has none, its domain is unknown, or the caller has no key. Use `approve` first. */
export class NoPermit extends Error {
  override name = "NoPermit"
}

/** One hour; the transaction follows immediately. */
const VALID_SECONDS = 3600n

export function withPermitCall({ currency, amount, deadline, signature }: Permit, call: Call): Call {
  const { v, yParity, r, s } = parseSignature(signature)
  const recovery = Number(v ?? BigInt(27 + yParity))
  return callOf("withPermit", [currency, amount, deadline, recovery, r, s, call.data], call.value)
}

/** @throws NoPermit before any wallet prompt. */
export async function withPermit(client: Wallet, { currency, amount, call }: WithPermit): Promise<Hash> {
  return send(client, withPermitCall(await signPermit(client, currency, amount), call))
}

async function signPermit(client: Wallet, currency: Address, amount: bigint): Promise<Permit> {
  const owner = client.account.address
  const code = (await getCode(client, { address: owner })) ?? "0x"
  // A contract has no key to sign a permit with, except a key's account with delegated code (EIP-7702).
  if (code !== "0x" && !code.startsWith("0xef0100")) throw new NoPermit()
  const [domain, nonce, block] = await Promise.all([
    permitDomainOf(client, currency),
    readContract(client, { address: currency, abi: erc20, functionName: "nonces", args: [owner] }).catch(
      (cause) => {
        throw new NoPermit("", { cause })
      },
    ),
    getBlock(client),
  ])
  const deadline = block.timestamp + VALID_SECONDS
  const typed = {
    domain,
    types: PERMIT,
    primaryType: "Permit" as const,
    message: { owner, spender: marketOf(client), value: amount, nonce, deadline },
  }
  const signature = await signTypedData(client, { account: client.account, ...typed })
  // A permit needs a key's signature. The market ignores a failed permit, and the call would then fail with a
  // misleading error.
  const signer = await recoverTypedDataAddress({ ...typed, signature }).catch(() => null)
  if (!signer || !isAddressEqual(signer, owner)) throw new ForeignSignature()
  return { currency, amount, deadline, signature }
}

/**
 * The domain of a token's permits: the one that it reports (EIP-5267), or its name with a common version, whichever
 * matches its separator.
 */
async function permitDomainOf(client: Wallet, currency: Address): Promise<TypedDataDomain> {
  const at = { address: currency, abi: [...erc20, SEPARATOR] } as const
  const [reported, name, separator] = await Promise.all([
    readContract(client, { ...at, functionName: "eip712Domain" }).catch(() => null),
    readContract(client, { ...at, functionName: "name" }).catch(() => ""),
    readContract(client, { ...at, functionName: "DOMAIN_SEPARATOR" }).catch((cause) => {
      throw new NoPermit("", { cause })
    }),
  ])
  const rest = { chainId: client.chain.id, verifyingContract: currency }
  const candidates = ["1", "2"].map((version) => ({ name, version, ...rest }))
  if (reported) candidates.unshift({ name: reported[1], version: reported[2], ...rest })
  const found = candidates.find((domain) => domainSeparator({ domain }) === separator)
  if (!found) throw new NoPermit()
  return found
}

const SEPARATOR = {
  type: "function",
  name: "DOMAIN_SEPARATOR",
  inputs: [],
  outputs: [{ name: "", type: "bytes32" }],
  stateMutability: "view",
} as const
