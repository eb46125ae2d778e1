// A provider announces its exit, after which it can reclaim its bond.
import type { Hash } from "viem"
import { type Call, callOf, send, type Wallet } from "../call.ts"

export function announceExitCall(): Call {
  return callOf("announceExit", [])
}

export async function announceExit(client: Wallet): Promise<Hash> {
  return send(client, announceExitCall())
}
