// The connected wallet, for messages that are signed and not sent.
import { useConfig, useConnection } from "wagmi"
import { getConnectorClient, switchChain } from "wagmi/actions"
import type { Wallet } from "../../chain/call.ts"

/** Returns the connected wallet, and requests a switch to the market's chain first. */
export function useWallet(): () => Promise<Wallet> {
  const config = useConfig()
  const { chainId } = useConnection()
  return async () => {
    const wanted = config.chains[0].id
    if (chainId !== wanted) await switchChain(config, { chainId: wanted })
    return (await getConnectorClient(config, { chainId: wanted })) as Wallet
  }
}
