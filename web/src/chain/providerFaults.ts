// A provider's faults, read from the chain.
import type { Address } from "viem"
import { getBlock, getContractEvents } from "viem/actions"
import type { FaultView } from "../api/types.ts"
import { market } from "./abi.ts"
import { marketOf } from "./call.ts"
import type { Reader } from "./reader.ts"

const NAMES = ["Slashed", "FraudProven", "OutageCredited", "SilenceConfirmed"] as const

/** Latest first. @param fromBlock The market's block: it has no older logs. */
export async function readFaults(reader: Reader, provider: Address, fromBlock: bigint): Promise<FaultView[]> {
  const logs = await Promise.all(
    NAMES.map((eventName) =>
      getContractEvents(reader, {
        address: marketOf(reader),
        abi: market,
        eventName,
        args: { provider },
        fromBlock,
        strict: true,
      }),
    ),
  )
  const found = logs.flat().sort((a, b) => Number(b.blockNumber - a.blockNumber) || b.logIndex - a.logIndex)
  return Promise.all(
    found.map(async ({ eventName, args, blockNumber, transactionHash }) => {
      const block = await getBlock(reader, { blockNumber })
      const amount = "amount" in args ? args.amount : "slashed" in args ? args.slashed : null
      return {
        name: eventName,
        time: Number(block.timestamp),
        tx: transactionHash,
        amount: amount === null ? null : String(amount),
      }
    }),
  )
}
