// The wallet itself, for what is signed and not sent.
import { useConfig, useConnection } from "wagmi"
import { getConnectorClient, switchChain } from "wagmi/actions"
import type { Wallet } from "../../chain/call.ts"

/** Gives the connected wallet on the market's chain, which it is asked to switch to. */
export function useWallet(): () => Promise<Wallet> {
  const config = useConfig()
  const { chainId } = useConnection()
  return async () => {
    const wanted = config.chains[0].id
    if (chainId !== wanted) await switchChain(config, { chainId: wanted })
    return (await getConnectorClient(config, { chainId: wanted })) as Wallet
  }
}
