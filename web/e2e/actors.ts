// The accounts of a devnet, as in `anvil/src/actors.rs`: Anvil's well-known development keys, without value on any
// other chain.
import { type HDAccount, mnemonicToAccount } from "viem/accounts"

const MNEMONIC = "test test test test test test test test test test test junk"

const of = (addressIndex: number): HDAccount => mnemonicToAccount(MNEMONIC, { addressIndex })

export const actors = {
  provider: of(1),
  tenant: of(2),
  approvers: [of(3), of(4), of(5)],
  arbiters: [of(6), of(7)],
  stranger: of(8),
  /** An account of Anvil's that the devnet does not use. */
  newcomer: of(9),
} as const

/** The private key, for the command line. */
export function keyOf(account: HDAccount): `0x${string}` {
  const key = account.getHdKey().privateKey
  if (!key) throw new Error(`${account.address} has no key here`)
  return `0x${Buffer.from(key).toString("hex")}`
}
