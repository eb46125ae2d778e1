// A provider announces that it will close the lease after the notice period.
import type { Hash } from "viem"
import type { TermsView } from "../../api/types.ts"
import { type Call, callOf, send, type Wallet } from "../call.ts"
import { termsOf } from "../terms.ts"

export interface GiveNotice {
  terms: TermsView
}

export function giveNoticeCall({ terms }: GiveNotice): Call {
  return callOf("giveNotice", [termsOf(terms)])
}

export async function giveNotice(client: Wallet, parameters: GiveNotice): Promise<Hash> {
  return send(client, giveNoticeCall(parameters))
}
