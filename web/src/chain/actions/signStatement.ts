// A tenant countersigns a statement, so that the provider can settle it immediately. No transaction.
import type { Hex } from "viem"
import { signTypedData } from "viem/actions"
import type { UsageArgument } from "../../api/types.ts"
import type { Wallet } from "../call.ts"
import { usageOf } from "../terms.ts"
import { domainOf, STATEMENT } from "../typedData.ts"

export interface SignStatement {
  lease: Hex
  usage: UsageArgument
}

export async function signStatement(client: Wallet, { lease, usage }: SignStatement): Promise<Hex> {
  return signTypedData(client, {
    account: client.account,
    domain: domainOf(client),
    types: STATEMENT,
    primaryType: "Statement",
    message: { lease, ...usageOf(usage) },
  })
}
