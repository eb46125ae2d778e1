// An approver consents to an action by signature. No transaction: the transaction that executes the action includes the
// signature.
import { concat, type Hex, isAddressEqual, recoverTypedDataAddress, size } from "viem"
import { getCode, signTypedData } from "viem/actions"
import type { Wallet } from "../call.ts"
import { ACTION, type Action, domainOf } from "../typedData.ts"

/** The wallet signed with another account than it shows. */
export class ForeignSignature extends Error {
  override name = "ForeignSignature"
}

/**
 * A consent in the market's format: 65 bytes for a key; for a contract its address followed by a signature that it
 * accepts by EIP-1271.
 * @throws ForeignSignature when the wallet signed with another key.
 */
export async function signAction(client: Wallet, action: Action): Promise<Hex> {
  const typed = {
    domain: domainOf(client),
    types: ACTION,
    primaryType: "Action" as const,
    message: { ...action },
  }
  const { account } = client
  const signature = await signTypedData(client, { account, ...typed })
  if (size(signature) === 65) {
    const signer = await recoverTypedDataAddress({ ...typed, signature }).catch(() => null)
    if (signer && isAddressEqual(signer, account.address)) return signature
  }
  const code = await getCode(client, { address: account.address })
  if (!code || code === "0x") throw new ForeignSignature()
  return concat([account.address, signature])
}
