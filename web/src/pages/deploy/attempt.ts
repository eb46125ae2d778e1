// Something that the wallet is asked for: it can be declined, and tried again.
import { useState } from "react"
import { useConfig, useConnection } from "wagmi"
import { getConnectorClient, switchChain } from "wagmi/actions"
import type { Wallet } from "../../chain/call.ts"
import { loadSentences } from "../../chain/refusals.ts"
import { Told } from "../../transactions/useTransact.ts"

export interface Attempt {
  busy: boolean
  /** Why it did not come to pass; null when it did, or was not tried. */
  error: unknown
  /** The custom error's name, or a word of refusals.ts. */
  refusal: string | null
  run: (work: () => Promise<void>) => Promise<void>
}

export function useAttempt(): Attempt {
  const [state, setState] = useState<Omit<Attempt, "run">>({ busy: false, error: null, refusal: null })
  async function run(work: () => Promise<void>) {
    setState({ busy: true, error: null, refusal: null })
    try {
      await work()
      setState({ busy: false, error: null, refusal: null })
    } catch (error) {
      await loadSentences()
      const told = error instanceof Told
      setState({
        busy: false,
        error: told ? (error.cause ?? error) : error,
        refusal: told ? error.refusal : null,
      })
    }
  }
  return { ...state, run }
}

/** The wallet on the market's chain, for what is signed and not sent. */
export function useSigner(): () => Promise<Wallet> {
  const config = useConfig()
  const { chainId } = useConnection()
  return async () => {
    const wanted = config.chains[0].id
    if (chainId !== wanted) await switchChain(config, { chainId: wanted })
    return (await getConnectorClient(config, { chainId: wanted })) as Wallet
  }
}
