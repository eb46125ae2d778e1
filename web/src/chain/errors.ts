// Explains errors as a sentence and a remedy: the market's custom errors, and errors of wallets, nodes and providers'
// APIs.
// The messages for custom errors are loaded on demand: call `loadErrorMessages` before `explainError`. Nodes and
// wallets wrap revert data in many ways, so the whole error is searched for it.
import { decodeErrorResult, type Hex } from "viem"
import { ApiError, Unreachable } from "../api/client.ts"
import { ETH, type Unit } from "../i18n/format.ts"
import { currentMessages, defineMessages, getLanguage } from "../i18n/language.ts"
import { erc20, market } from "./abi.ts"

export interface Explanation {
  /** The custom error's name; for other errors an error kind (see `messages`) or the API's code. */
  name: string
  sentence: string
  /** What to do about it; may be empty. */
  remedy: string
  arguments: readonly unknown[]
}

const messages = defineMessages(
  {
    refused: (name: string) => `The market refused it: ${name}.`,
    rejected: ["You rejected the request in the wallet. Nothing was sent.", ""],
    unfunded: [
      "The wallet cannot pay for this and its gas.",
      "Add funds to the account, or use a smaller amount.",
    ],
    nonce: [
      "The wallet used a nonce that is taken or out of order.",
      "Wait until its other transactions are mined, or reset the account's activity in the wallet; then try again.",
    ],
    underpriced: ["The fee is too low for the network.", "Try again, with a higher fee in the wallet."],
    unreachable: [
      "The chain's node does not answer.",
      "Check the connection, or the wallet's own network settings; then try again.",
    ],
    silent: ["The provider does not answer.", "Try again, or use the data on chain."],
    busy: ["The wallet is waiting for an answer to an earlier request.", "Open the wallet and answer it."],
    chain: [
      "The wallet is on another chain than this market.",
      "Switch the wallet to this market's chain, or add it there.",
    ],
    account: ["The wallet is not connected, or does not allow this account.", "Connect the wallet again."],
    incapable: ["The wallet cannot do this.", "Use another wallet, or the command line."],
    foreign: [
      "The wallet signed with another account than it shows.",
      "Choose the right account in the wallet and sign again.",
    ],
    noPermit: [
      "This token does not support a permit that can be signed here.",
      "Approve the amount for the market with a transaction first.",
    ],
    unauthorized: "Sign in with the wallet first.",
    forbidden: "Ask the lease's tenant for access.",
    rate_limited: "Wait a moment, then try again.",
    reverted: ["The contract reverted without a reason.", "Check that the wallet is on this market's chain."],
  },
  {
    refused: (name: string) => `市场拒绝了：${name}。`,
    rejected: ["您在钱包中拒绝了请求。没有发送任何内容。", ""],
    unfunded: ["钱包余额不足以支付金额和手续费。", "请为账户充值，或减少金额。"],
    nonce: [
      "钱包使用的 nonce 已被占用或顺序不对。",
      "请等待其他交易上链，或在钱包中重置账户活动，然后重试。",
    ],
    underpriced: ["手续费过低，网络不予接收。", "请在钱包中提高手续费后重试。"],
    unreachable: ["链节点没有响应。", "请检查网络连接或钱包的网络设置，然后重试。"],
    silent: ["提供方没有响应。", "请重试，或只查看链上的信息。"],
    busy: ["钱包正在等待您回应先前的请求。", "请打开钱包处理。"],
    chain: ["钱包所在的链与此市场不同。", "请将钱包切换到此市场所在的链，或先添加该链。"],
    account: ["钱包未连接，或未允许此账户。", "请重新连接钱包。"],
    incapable: ["该钱包不支持此操作。", "请使用其他钱包或命令行。"],
    foreign: ["钱包用另一个账户签了名。", "请在钱包中选择正确的账户后重新签名。"],
    noPermit: ["此代币不支持可在此签署的 permit。", "请先用一笔交易授权市场使用该金额。"],
    unauthorized: "请先用钱包登录。",
    forbidden: "请向租约的租户申请访问权限。",
    rate_limited: "请稍等片刻再试。",
    reverted: ["合约回滚，未说明原因。", "请检查钱包所在的链是否为此市场的链。"],
  },
)

type ErrorKind = Exclude<
  keyof (typeof messages)["en"],
  "refused" | "unauthorized" | "forbidden" | "rate_limited"
>
type Loaded = typeof import("./errorMessages.en.ts") &
  typeof import("./errorMessages.zh.ts") &
  typeof import("./errorFormats.ts")

let loaded: Loaded | null = null
let loading: Promise<void> | undefined

/** Loads the messages for custom errors, once. Without them `explainError` shows the error's name. */
export function loadErrorMessages(): Promise<void> {
  loading ??= Promise.all([
    import("./errorMessages.en.ts"),
    import("./errorMessages.zh.ts"),
    import("./errorFormats.ts"),
  ])
    .then(([en, zh, forms]) => {
      loaded = { ...en, ...zh, ...forms }
    })
    .catch(() => {
      // Errors are then shown by name; the next call retries.
      loading = undefined
    })
  return loading
}

interface Custom {
  name: string
  arguments: readonly unknown[]
}

const ERRORS = [...market, ...erc20].filter(({ type }) => type === "error")

/** The custom error in what was thrown; null for none. */
export function customError(error: unknown): Custom | null {
  for (const link of chainOf(error)) {
    const texts = [...Object.values(link), (link as { message?: unknown }).message]
    for (const text of texts) {
      if (typeof text !== "string") continue
      for (const [data] of text.matchAll(REVERT)) {
        const custom = decode(data as Hex)
        if (custom) return custom
      }
    }
  }
  return null
}

/** A selector and whole words: an ABI-encoded error. */
const REVERT = /0x[0-9a-fA-F]{8}(?:[0-9a-fA-F]{64})*(?![0-9a-fA-F])/g

function decode(data: Hex): Custom | null {
  try {
    const { errorName, args } = decodeErrorResult({ abi: ERRORS, data })
    return { name: errorName as string, arguments: (args ?? []) as readonly unknown[] }
  } catch {
    return null
  }
}

/** The error and all nested objects in which wallets and nodes wrap the cause, outermost first. */
function chainOf(error: unknown): object[] {
  const found: object[] = []
  const queue: unknown[] = [error]
  while (queue.length > 0 && found.length < 40) {
    const next = queue.shift()
    if (next === null || typeof next !== "object" || found.includes(next)) continue
    found.push(next)
    const { cause, data, error, originalError, info, body, result } = next as Record<string, unknown>
    // Some nodes return JSON as a string.
    const text = typeof body === "string" && body.startsWith("{") ? parse(body) : body
    queue.push(cause, data, error, originalError, info, text, result)
  }
  return found
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** @param unit The currency of the amounts in a custom error, if known. */
export function explainError(error: unknown, unit?: Unit): Explanation {
  const custom = customError(error)
  if (custom) return tell(custom, unit)
  if (error instanceof ApiError) {
    const remedies = currentMessages(messages) as unknown as Record<string, unknown>
    const remedy = remedies[error.code]
    const remedied = typeof remedy === "string" ? remedy : ""
    return { name: error.code, sentence: error.message, remedy: remedied, arguments: [] }
  }
  if (error instanceof Unreachable) return { ...plain("silent"), name: "unreachable" }
  const word = kindOf(chainOf(error))
  if (word) return plain(word)
  const { shortMessage, message } = (error ?? {}) as { shortMessage?: string; message?: string }
  return {
    name: shortMessage ? "refused" : "unknown",
    sentence: shortMessage ?? message ?? String(error),
    remedy: "",
    arguments: [],
  }
}

function tell(custom: Custom, unit?: Unit): Explanation {
  if (!loaded) {
    void loadErrorMessages()
    return { ...custom, sentence: currentMessages(messages).refused(custom.name), remedy: "" }
  }
  const language = getLanguage()
  const sentences = language === "zh" ? loaded.chinese : loaded.english
  const forms = loaded.formsOf(
    unit ?? loaded.BASE_UNITS[language],
    ETH,
    language === "zh" ? "zh-CN" : "en-GB",
  )
  const said = sentences[custom.name as keyof typeof sentences] as unknown as (
    args: readonly unknown[],
    forms: unknown,
  ) => readonly [string, string]
  const [sentence, remedy] = said(custom.arguments, forms)
  return { ...custom, sentence, remedy }
}

function plain(word: ErrorKind): Explanation {
  const [sentence, remedy] = currentMessages(messages)[word] as [string, string]
  return { name: word, sentence, remedy, arguments: [] }
}

/** Recognizes an error by its name, its code, or its message. */
const PATTERNS: readonly (readonly [ErrorKind, readonly string[], readonly number[], RegExp | null])[] = [
  ["foreign", ["ForeignSignature"], [], null],
  ["noPermit", ["NoPermit"], [], null],
  [
    "rejected",
    ["UserRejectedRequestError"],
    [4001, 5000, 5001],
    /user (rejected|denied|cancell?ed|refused)|rejected by user|ACTION_REJECTED/i,
  ],
  ["unfunded", ["InsufficientFundsError"], [], /insufficient funds|exceeds the balance/i],
  [
    "nonce",
    ["NonceTooLowError", "NonceTooHighError", "NonceMaxValueError"],
    [],
    /nonce (is )?too (low|high)|invalid nonce/i,
  ],
  ["underpriced", ["FeeCapTooLowError"], [], /underpriced|max fee per gas less than/i],
  [
    "chain",
    ["ChainMismatchError", "ConnectorChainMismatchError", "SwitchChainError", "ChainNotFoundError"],
    [4901, 4902],
    /unrecognized chain/i,
  ],
  ["busy", [], [-32002], /request (is )?already pending/i],
  [
    "account",
    ["ConnectorNotConnectedError", "ConnectorAccountNotFoundError", "AccountNotFoundError"],
    [4100, 4900],
    null,
  ],
  ["incapable", ["MethodNotFoundRpcError", "UnsupportedProviderMethodError"], [4200, -32601], null],
  [
    "unreachable",
    ["TimeoutError", "HttpRequestError", "WebSocketRequestError", "SocketClosedError"],
    [],
    /failed to fetch|networkerror|ECONNREFUSED|timed out/i,
  ],
  ["reverted", [], [], /execution reverted/i],
]

function kindOf(links: object[]): ErrorKind | null {
  const of = (key: string) => links.map((link) => (link as Record<string, unknown>)[key])
  const names = of("name")
  const codes = of("code")
  const messages = [...of("message"), ...of("details")].filter((text) => typeof text === "string").join("\n")
  for (const [word, known, numbers, pattern] of PATTERNS) {
    if (known.some((name) => names.includes(name))) return word
    if (numbers.some((code) => codes.includes(code))) return word
    if (pattern?.test(messages)) return word
  }
  return null
}
