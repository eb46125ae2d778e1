// Reports that a provider posts no roots; anyone may.
import type { Address, Hash } from "viem"
import { type Call, callOf, send, type Wallet } from "../call.ts"

export interface ReportSilence {
  provider: Address
}

export function reportSilenceCall({ provider }: ReportSilence): Call {
  return callOf("reportSilence", [provider])
}

export async function reportSilence(client: Wallet, parameters: ReportSilence): Promise<Hash> {
  return send(client, reportSilenceCall(parameters))
}
