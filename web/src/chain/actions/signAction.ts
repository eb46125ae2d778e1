// An approver consents to an action by signature. Nothing is sent: whoever takes the action carries it.
import { concat, type Hex, isAddressEqual, recoverTypedDataAddress, size } from "viem"
import { getCode, signTypedData } from "viem/actions"
import type { Wallet } from "../call.ts"
import { ACTION, type Action, domainOf } from "../typedData.ts"

/** What the wallet gave is no signature of the account that it shows. */
export class ForeignSignature extends Error {
  override name = "ForeignSignature"
}

/**
 * A consent as the market reads it: 65 bytes by a key; of a contract its address, then what it accepts by EIP-1271.
 *
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
