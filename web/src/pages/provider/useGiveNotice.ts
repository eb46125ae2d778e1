import { useClient } from "wagmi"
import { providerApi, Unreachable, unwrap } from "../../api/client.ts"
import { useConfig } from "../../api/config.ts"
import type { LeaseSummary, LeaseView } from "../../api/types.ts"
import { giveNotice } from "../../chain/actions/giveNotice.ts"
import type { Reader } from "../../chain/reader.ts"
import { readLease } from "../../chain/reads.ts"
import { useMessages } from "../../i18n/language.ts"
import { messages } from "./messages.ts"
import { useAction } from "./useAction.ts"

/** Gives notice on a lease. Its terms, which the call needs, are read on demand. */
export function useGiveNotice({ id }: LeaseSummary) {
  const t = useMessages(messages)
  const { api } = useConfig()
  const reader = useClient() as Reader | undefined
  const { act, busy } = useAction()

  async function view(): Promise<LeaseView> {
    try {
      return await unwrap(providerApi(api).GET("/v1/leases/{id}", { params: { path: { id } } }))
    } catch (error) {
      if (error instanceof Unreachable && reader) return readLease(reader, id)
      throw error
    }
  }
  return {
    busy,
    give: () =>
      act(t.labels.giveNotice, async (wallet) => giveNotice(wallet, { terms: (await view()).terms })),
  }
}
