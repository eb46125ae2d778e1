// The only way in which the page sends transactions: switches the chain, prompts the wallet, waits for the block, and
// explains a failure.
import { useQueryClient } from "@tanstack/react-query"
import type { Hash, TransactionReceipt } from "viem"
import {
  call,
  getTransaction,
  getTransactionReceipt,
  sendTransaction,
  waitForTransactionReceipt,
} from "viem/actions"
import { useClient, useConfig, useConnection } from "wagmi"
import { getConnectorClient, switchChain } from "wagmi/actions"
import type { Wallet } from "../chain/call.ts"
import { explainError, loadErrorMessages } from "../chain/errors.ts"
import type { Reader } from "../chain/reader.ts"
import type { Unit } from "../i18n/format.ts"
import { defineMessages, useMessages } from "../i18n/language.ts"
import { addTransaction, getTransactions, updateTransaction } from "./store.ts"

const messages = defineMessages(
  {
    connect: "Connect a wallet first.",
    reverted: "The transaction reverted when it was mined.",
    replaced: "Another transaction with the same nonce was mined instead.",
  },
  {
    connect: "请先连接钱包。",
    reverted: "该交易在上链时回滚。",
    replaced: "同一 nonce 的另一笔交易已上链。",
  },
)

/** A failed transaction. The transaction centre already shows the reason; the caller need not show it again. */
export class TransactionFailed extends Error {
  /** The name of the custom error, or an error kind of chain/errors.ts. */
  readonly refusal: string
  /** The reason, and what to do about it; the latter may be empty. */
  readonly sentence: string
  readonly remedy: string

  constructor(refusal: string, sentence: string, remedy = "", cause?: unknown) {
    super(sentence, { cause })
    this.refusal = refusal
    this.sentence = sentence
    this.remedy = remedy
  }
}

export type Transact = (
  label: string,
  action: (wallet: Wallet) => Promise<Hash>,
  /** The unit of amounts in error messages. */
  unit?: Unit,
) => Promise<TransactionReceipt>

/**
 * Sends a transaction and waits for its block.
 * @returns A function that throws TransactionFailed.
 */
export function useTransact(): Transact {
  const config = useConfig()
  const reader = useClient() as Reader | undefined
  const { address, chainId } = useConnection()
  const queries = useQueryClient()
  const t = useMessages(messages)

  return async (label, action, unit) => {
    const wanted = config.chains[0].id
    if (!address || !reader) throw new Error(t.connect)
    const id = addTransaction({ label, account: address, chainId: wanted, state: "asking" })
    try {
      if (chainId !== wanted) await switchChain(config, { chainId: wanted })
      const wallet = (await getConnectorClient(config, { chainId: wanted })) as Wallet
      const hash = await action(wallet)
      updateTransaction(id, { state: "pending", hash })
      const receipt = await waitForBlock(reader, id, hash, t, unit)
      void queries.invalidateQueries()
      return receipt
    } catch (error) {
      if (error instanceof TransactionFailed) throw error
      await loadErrorMessages()
      const { sentence, remedy, name } = explainError(error, unit)
      updateTransaction(id, { state: "failed", sentence, remedy, refusal: name })
      throw new TransactionFailed(name, sentence, remedy, error)
    }
  }
}

async function waitForBlock(
  reader: Reader,
  id: string,
  hash: Hash,
  t: (typeof messages)["en"],
  unit?: Unit,
): Promise<TransactionReceipt> {
  let cancelled = false
  const receipt = await waitForTransactionReceipt(reader, {
    hash,
    timeout: 0,
    pollingInterval: 500,
    onReplaced: ({ reason, transaction }) => {
      if (reason === "repriced") updateTransaction(id, { hash: transaction.hash })
      else cancelled = true
    },
  })
  if (cancelled) {
    updateTransaction(id, { state: "dropped", sentence: t.replaced })
    throw new TransactionFailed("replaced", t.replaced)
  }
  if (receipt.status === "success") {
    updateTransaction(id, {
      state: "mined",
      hash: receipt.transactionHash,
      block: Number(receipt.blockNumber),
    })
    return receipt
  }
  const { sentence, remedy, name } = await whyReverted(reader, receipt, t.reverted, unit)
  updateTransaction(id, {
    state: "failed",
    block: Number(receipt.blockNumber),
    sentence,
    remedy,
    refusal: name,
  })
  throw new TransactionFailed(name, sentence, remedy)
}

/** A receipt has no reason: the call is repeated at the block where it failed. */
async function whyReverted(reader: Reader, receipt: TransactionReceipt, otherwise: string, unit?: Unit) {
  try {
    const { from, to, input, value } = await getTransaction(reader, { hash: receipt.transactionHash })
    await call(reader, { account: from, to, data: input, value, blockNumber: receipt.blockNumber })
  } catch (error) {
    await loadErrorMessages()
    return explainError(error, unit)
  }
  return { name: "reverted", sentence: otherwise, remedy: "" }
}

/** Checks transactions that are pending after a reload, and mined ones that a reorg may have removed. */
export async function recheck(reader: Reader, from = 0): Promise<void> {
  for (const { id, hash, state, block } of getTransactions()) {
    if (!hash || !(state === "pending" || (state === "mined" && (block ?? 0) >= from))) continue
    const receipt = await getTransactionReceipt(reader, { hash }).catch(() => null)
    if (!receipt) updateTransaction(id, { state: "pending", block: undefined })
    else
      updateTransaction(id, {
        state: receipt.status === "success" ? "mined" : "failed",
        block: Number(receipt.blockNumber),
      })
  }
}

/** Sends a pending transaction again with the same nonce and a fee that is a quarter higher. */
export async function speedUp(wallet: Wallet, reader: Reader, id: string, hash: Hash): Promise<void> {
  const { to, input, value, nonce, gas, maxFeePerGas, maxPriorityFeePerGas } = await getTransaction(reader, {
    hash,
  })
  const more = (fee: bigint | undefined) => ((fee ?? 1n) * 5n) / 4n + 1n
  const faster = await sendTransaction(wallet, {
    account: wallet.account,
    chain: wallet.chain,
    to,
    data: input,
    value,
    nonce,
    gas,
    maxFeePerGas: more(maxFeePerGas),
    maxPriorityFeePerGas: more(maxPriorityFeePerGas),
  })
  updateTransaction(id, { hash: faster })
}
