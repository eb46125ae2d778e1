// A tenant signs that a manifest belongs to its lease, so that the provider accepts it. No transaction.
import type { Hex } from "viem"
import { signTypedData } from "viem/actions"
import type { Wallet } from "../call.ts"
import { domainOf, MANIFEST } from "../typedData.ts"

export interface SignManifest {
  lease: Hex
  /** keccak256 of the manifest's bytes. */
  manifestHash: Hex
}

export async function signManifest(client: Wallet, { lease, manifestHash }: SignManifest): Promise<Hex> {
  return signTypedData(client, {
    account: client.account,
    domain: domainOf(client),
    types: MANIFEST,
    primaryType: "Manifest",
    message: { lease, manifestHash },
  })
}
