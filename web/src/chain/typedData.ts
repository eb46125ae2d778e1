// The EIP-712 structs of the market's domain, as in solidity/bindings/typed.rs.
import type { Address, Chain, Hex, TypedDataDomain } from "viem"
import { hashTypedData } from "viem"
import { marketOf } from "./call.ts"

const fields = <const F extends [string, string][]>(...list: F) =>
  list.map(([type, name]) => ({ name, type }))

export const STATEMENT = {
  Statement: fields(
    ["bytes32", "lease"],
    ["uint32", "time"],
    ["uint64", "replicaSeconds"],
    ["uint96", "cpuNanos"],
    ["uint128", "memoryByteSeconds"],
    ["uint96", "networkBytes"],
    ["uint16", "utilization"],
  ),
}

export const MANIFEST = { Manifest: fields(["bytes32", "lease"], ["bytes32", "manifestHash"]) }

export const ACTION = {
  Action: fields(
    ["address", "account"],
    ["bytes", "call"],
    ["uint256", "value"],
    ["uint256", "nonce"],
    ["uint256", "expiry"],
    ["uint256", "version"],
  ),
}

/** Access to a lease's private data until an expiry. */
export const GRANT = {
  Grant: fields(
    ["bytes32", "lease"],
    ["address", "grantee"],
    ["string", "scope"],
    ["uint256", "issuedAt"],
    ["uint256", "expiry"],
  ),
}

/** EIP-2612. */
export const PERMIT = {
  Permit: fields(
    ["address", "owner"],
    ["address", "spender"],
    ["uint256", "value"],
    ["uint256", "nonce"],
    ["uint256", "deadline"],
  ),
}

export function domainOf(client: { chain: Chain }): TypedDataDomain {
  return { name: "Tidemark", version: "1", chainId: client.chain.id, verifyingContract: marketOf(client) }
}

/** What approvers consent to: exactly this call, once, until it expires, under this version of the account's binding. */
export interface Action {
  account: Address
  call: Hex
  /** Wei sent with the call. */
  value: bigint
  nonce: bigint
  /** Unix seconds. */
  expiry: bigint
  version: bigint
}

/** As `actionOf` computes it. */
export function digestOf(client: { chain: Chain }, action: Action): Hex {
  return hashTypedData({
    domain: domainOf(client),
    types: ACTION,
    primaryType: "Action",
    message: { ...action },
  })
}
