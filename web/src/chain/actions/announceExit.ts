// A provider announces that it wants its bond back.
import type { Hash } from "viem"
import { type Call, callOf, send, type Wallet } from "../call.ts"

export function announceExitCall(): Call {
  return callOf("announceExit", [])
}

export async function announceExit(client: Wallet): Promise<Hash> {
  return send(client, announceExitCall())
}
