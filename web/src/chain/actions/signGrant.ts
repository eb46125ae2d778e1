// A tenant grants an address access to a lease's private data until an expiry. No transaction: the provider stores the
// signature.
import type { Hex } from "viem"
import { signTypedData } from "viem/actions"
import type { GrantView } from "../../api/types.ts"
import type { Wallet } from "../call.ts"
import { domainOf, GRANT } from "../typedData.ts"

export async function signGrant(client: Wallet, grant: GrantView): Promise<Hex> {
  const { lease, grantee, scope, issuedAt, expiry } = grant
  return signTypedData(client, {
    account: client.account,
    domain: domainOf(client),
    types: GRANT,
    primaryType: "Grant",
    message: { lease, grantee, scope, issuedAt: BigInt(issuedAt), expiry: BigInt(expiry) },
  })
}
