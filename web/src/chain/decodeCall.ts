// Decodes a call to the market into sentences, parameters and its effect on the account's limits: what an approver
// reads before it consents. Everything is derived from the call's bytes; a proposal's own description is not trusted.
import { type Address, decodeFunctionData, type Hex, keccak256, maxUint256, zeroAddress } from "viem"
import { readContract } from "viem/actions"
import type { Unit } from "../i18n/format.ts"
import { market } from "./abi.ts"
import { marketOf } from "./call.ts"
import { readUnit } from "./currency.ts"
import type { Reader } from "./reader.ts"
import { type Reason, reason } from "./reasons.ts"
import {
  type AuctionOrder,
  type Bid,
  type Limit,
  leaseIdOf,
  type Order,
  type Policy,
  type Shape,
  type Terms,
} from "./terms.ts"

/** In both languages. */
export type Text = Reason

/** A parameter for display. */
export type Detail = { label: Text } & (
  | { kind: "text"; text: Text }
  | { kind: "amount" | "rate"; amount: bigint; unit: Unit }
  | { kind: "address"; address: Address }
  | { kind: "hash" | "lease"; hash: Hex }
  | { kind: "time"; time: number }
)

/** The effect of a call on its account's limits. */
export interface Effect {
  currency: Address
  unit: Unit
  /** The highest rate that one lease may reserve: base units × 1e12 per second. */
  rate: bigint
  /** Base units that the call moves into the market, or out of it. */
  into: bigint
  out: bigint
}

export interface DecodedCall {
  /** The market's function; null: not a call of the market. */
  verb: string | null
  /** What the call does, as a sentence without a full stop. */
  says: Text
  details: Detail[]
  effects: Effect[]
  /** Whether it changes the account's binding. */
  binds: boolean
}

const LABELS = {
  lease: reason("Lease", "租约"),
  tenant: reason("Tenant", "租户"),
  provider: reason("Provider", "提供方"),
  replicas: reason("Replicas", "副本"),
  shape: reason("Each replica gets", "每个副本获得"),
  policy: reason("Policy", "策略"),
  thresholds: reason("Utilization", "利用率"),
  steps: reason("Steps", "步进"),
  deposit: reason("Deposit", "存款"),
  budget: reason("Reserves at most", "最多预留"),
  manifest: reason("Manifest", "清单"),
  amount: reason("Amount", "金额"),
  to: reason("Paid to", "支付给"),
  from: reason("From the bond", "从押金中扣除"),
  approver: reason("Approver", "审批人"),
  limitRate: reason("Without consent a lease may reserve", "无需同意单个租约可预留"),
  limitAmount: reason("Without consent a call may transfer", "无需同意单次调用可转移"),
  limitExposure: reason("Without consent the account may have in the market", "无需同意可在市场中存放"),
  evidence: reason("Hash of the evidence", "证据哈希"),
  value: reason("Sent with the call", "随交易发送"),
  data: reason("Hash of its data", "数据哈希"),
  bidUntil: reason("Bids until", "出价截止"),
  acceptUntil: reason("Accepted until", "接受截止"),
  price: reason("A replica reserves", "每个副本预留"),
}

const text = (label: Text, en: string, zh: string): Detail => ({ label, kind: "text", text: reason(en, zh) })
const address = (label: Text, of: Address): Detail => ({ label, kind: "address", address: of })
const hash = (label: Text, of: Hex): Detail => ({ label, kind: "hash", hash: of })
const money = (label: Text, amount: bigint, unit: Unit): Detail => ({ label, kind: "amount", amount, unit })
const rate = (label: Text, amount: bigint, unit: Unit): Detail => ({ label, kind: "rate", amount, unit })
const time = (label: Text, seconds: number): Detail => ({ label, kind: "time", time: seconds })

function shapeOf({ millicores, memoryMiB, diskMiB, gpus }: Shape): Detail {
  const gpu = (word: string) => (gpus > 0 ? `, ${gpus} ${word}` : "")
  return text(
    LABELS.shape,
    `${millicores / 1000} ${millicores === 1000 ? "core" : "cores"}, ${memoryMiB} MiB memory, ${diskMiB} MiB disk${gpu("GPUs")}`,
    `${millicores / 1000} 核，${memoryMiB} MiB 内存，${diskMiB} MiB 磁盘${gpu("块 GPU")}`,
  )
}

function policyOf({
  minReplicas,
  maxReplicas,
  target,
  up,
  down,
  cooldown,
  step,
  headroom,
}: Policy): Detail[] {
  return [
    text(
      LABELS.policy,
      `${minReplicas} to ${maxReplicas} replicas`,
      `${minReplicas} 到 ${maxReplicas} 个副本`,
    ),
    text(
      LABELS.thresholds,
      `target ${target} %, more above ${up} %, fewer below ${down} %`,
      `目标 ${target} %，高于 ${up} % 增加，低于 ${down} % 减少`,
    ),
    text(
      LABELS.steps,
      `step ${step}, cooldown ${cooldown} s, headroom ${headroom}`,
      `每次 ${step} 个，间隔 ${cooldown} 秒，余量 ${headroom}`,
    ),
  ]
}

function orderOf(order: Order, unit: Unit): Detail[] {
  return [
    text(LABELS.replicas, `begins with ${order.replicas}`, `初始 ${order.replicas} 个`),
    shapeOf(order.shape),
    ...policyOf(order.policy),
    rate(LABELS.budget, order.maxRate, unit),
    hash(LABELS.manifest, order.manifestHash),
  ]
}

/** The market's functions that need consents, decoded. */
type Decoded =
  | { functionName: "take"; args: readonly [number, Order, bigint] }
  | { functionName: "openOrder"; args: readonly [AuctionOrder, bigint] }
  | { functionName: "cancelOrder"; args: readonly [AuctionOrder] }
  | { functionName: "accept"; args: readonly [readonly { order: AuctionOrder; bid: Bid }[]] }
  | { functionName: "scale"; args: readonly [Terms, number] }
  | { functionName: "setPolicy"; args: readonly [Terms, Policy] }
  | { functionName: "topUp"; args: readonly [Address, Hex, bigint] }
  | { functionName: "withdraw"; args: readonly [Terms, bigint] }
  | { functionName: "close" | "refund" | "endDispute"; args: readonly [Terms] }
  | { functionName: "withdrawEarnings"; args: readonly [Address, Address, bigint] }
  | { functionName: "unregister"; args: readonly [] }
  | { functionName: "moveToOffer"; args: readonly [Terms, number, bigint] }
  | { functionName: "moveToBid"; args: readonly [Terms, AuctionOrder, Bid] }
  | { functionName: "dispute"; args: readonly [Terms, Hex] }
  | { functionName: "rule"; args: readonly [Terms, boolean, bigint] }
  | { functionName: "setIntake"; args: readonly [boolean] }
  | { functionName: "bind"; args: readonly [readonly Address[], bigint, readonly Limit[]] }
  | { functionName: "withPermit"; args: readonly [Address, bigint, bigint, number, Hex, Hex, Hex] }

type Partly = Omit<DecodedCall, "verb" | "effects" | "binds"> & { effects?: Effect[] }

/**
 * Reads offers and tokens for what the bytes do not contain.
 * @param account The caller; @param value Wei sent with the call.
 */
export async function decodeCall(
  reader: Reader,
  account: Address,
  call: Hex,
  value: bigint,
): Promise<DecodedCall> {
  const coin = await readUnit(reader, zeroAddress)
  const decoded = await decodeData(reader, account, call)
  if (value > 0n) decoded.details.push(money(LABELS.value, value, coin))
  return decoded
}

async function decodeData(reader: Reader, account: Address, call: Hex): Promise<DecodedCall> {
  let decoded: Decoded
  try {
    decoded = decodeFunctionData({ abi: market, data: call }) as unknown as Decoded
  } catch {
    return {
      verb: null,
      says: reason("Call a function that the market does not have", "调用并非市场函数的内容"),
      details: [hash(LABELS.data, keccak256(call))],
      effects: [],
      binds: false,
    }
  }
  const verb = decoded.functionName
  if (verb === "withPermit") return decodeData(reader, account, decoded.args[6])
  const partly = await words(reader, account, decoded, call)
  return { effects: [], ...partly, verb, binds: verb === "bind" }
}

async function words(reader: Reader, account: Address, decoded: Decoded, call: Hex): Promise<Partly> {
  const unitOf = (currency: Address) => readUnit(reader, currency)
  const effect = async (currency: Address, part: Partial<Effect>): Promise<Effect> => {
    return { currency, unit: await unitOf(currency), rate: 0n, into: 0n, out: 0n, ...part }
  }
  const about = (terms: Terms): Detail[] => [
    { label: LABELS.lease, kind: "lease", hash: leaseIdOf(reader.chain.id, marketOf(reader), terms) },
    ...(terms.tenant.toLowerCase() === account.toLowerCase() ? [] : [address(LABELS.tenant, terms.tenant)]),
    address(LABELS.provider, terms.provider),
  ]
  switch (decoded.functionName) {
    case "take": {
      const [number, order, deposit] = decoded.args
      const args = [number] as const
      const offer = await readContract(reader, {
        address: marketOf(reader),
        abi: market,
        functionName: "offerOf",
        args,
      })
      const own = await effect(offer.currency, { rate: order.maxRate, into: deposit })
      return {
        says: reason(`Open a lease from offer ${number}`, `按报价 ${number} 开立租约`),
        details: [
          address(LABELS.provider, offer.provider),
          money(LABELS.deposit, deposit, own.unit),
          ...orderOf(order, own.unit),
        ],
        effects: [own],
      }
    }
    case "openOrder": {
      const [order, deposit] = decoded.args
      const own = await effect(order.currency, { rate: order.order.maxRate, into: deposit })
      return {
        says: reason("Open an order for providers to bid on", "开立订单供提供方出价"),
        details: [
          money(LABELS.deposit, deposit, own.unit),
          time(LABELS.bidUntil, order.bidUntil),
          time(LABELS.acceptUntil, order.acceptUntil),
          ...orderOf(order.order, own.unit),
        ],
        effects: [own],
      }
    }
    case "cancelOrder": {
      const [{ order, currency }] = decoded.args
      return {
        says: reason("Cancel an order; its deposit is returned", "取消订单，存款退回"),
        details: orderOf(order, await unitOf(currency)),
      }
    }
    case "accept": {
      const [acceptances] = decoded.args
      const parts = await Promise.all(
        acceptances.map(async ({ order, bid }) => {
          const highest = bid.rates.reserved * BigInt(order.order.policy.maxReplicas)
          return { order, bid, own: await effect(order.currency, { rate: highest }) }
        }),
      )
      const count = acceptances.length
      return {
        says: reason(
          count === 1 ? "Accept a bid, which opens a lease" : `Accept ${count} bids, all or none`,
          count === 1 ? "接受一个出价并开立租约" : `接受 ${count} 个出价，全部或全不`,
        ),
        details: parts.flatMap(({ order, bid, own }) => [
          address(LABELS.provider, bid.provider),
          rate(LABELS.price, bid.rates.reserved, own.unit),
          ...orderOf({ ...order.order, maxRate: own.rate }, own.unit),
        ]),
        effects: parts.map(({ own }) => own),
      }
    }
    case "scale": {
      const [terms, replicas] = decoded.args
      const own = await effect(terms.currency, { rate: terms.rates.reserved * BigInt(replicas) })
      return {
        says: reason(`Set a lease to ${replicas} replicas`, `将租约设为 ${replicas} 个副本`),
        details: [...about(terms), rate(LABELS.budget, own.rate, own.unit)],
        effects: [own],
      }
    }
    case "setPolicy": {
      const [terms, policy] = decoded.args
      const own = await effect(terms.currency, { rate: terms.rates.reserved * BigInt(policy.maxReplicas) })
      return {
        says: reason("Change a lease's policy", "更改租约的策略"),
        details: [...about(terms), ...policyOf(policy), rate(LABELS.budget, own.rate, own.unit)],
        effects: [own],
      }
    }
    case "topUp": {
      const [currency, lease, amount] = decoded.args
      const own = await effect(currency, { into: amount })
      return {
        says: reason("Add money to a lease", "为租约充值"),
        details: [
          { label: LABELS.lease, kind: "lease", hash: lease },
          money(LABELS.amount, amount, own.unit),
        ],
        effects: [own],
      }
    }
    case "withdraw": {
      const [terms, amount] = decoded.args
      const own = await effect(terms.currency, { out: amount })
      return {
        says: reason("Withdraw money from a lease", "从租约中取出资金"),
        details: [...about(terms), money(LABELS.amount, amount, own.unit)],
        effects: [own],
      }
    }
    case "close":
      return {
        says: reason("Close a lease; what is not owed is returned", "关闭租约，未欠付的资金退回"),
        details: about(decoded.args[0]),
      }
    case "refund":
      return {
        says: reason("Refund a closed lease", "退还已关闭租约的资金"),
        details: about(decoded.args[0]),
      }
    case "endDispute":
      return {
        says: reason("End a dispute: the provider's proofs are upheld", "结束争议：以提供方的证明为准"),
        details: about(decoded.args[0]),
      }
    case "withdrawEarnings": {
      const [currency, to, amount] = decoded.args
      const all = amount === maxUint256
      const unit = await unitOf(currency)
      const own = to.toLowerCase() === account.toLowerCase()
      return {
        says: all
          ? reason(`Withdraw all earnings in ${unit.symbol}`, `提取全部 ${unit.symbol} 收益`)
          : reason("Withdraw earnings", "提取收益"),
        details: [address(LABELS.to, to), ...(all ? [] : [money(LABELS.amount, amount, unit)])],
        effects: own || all ? [] : [await effect(currency, { out: amount })],
      }
    }
    case "unregister":
      return {
        says: reason("Leave the market; the bond becomes earnings", "离开市场，押金转为收益"),
        details: [],
      }
    case "moveToOffer": {
      const [terms, offer, maxRate] = decoded.args
      const own = await effect(terms.currency, { rate: maxRate })
      return {
        says: reason(`Move a lease to offer ${offer}`, `将租约迁移到报价 ${offer}`),
        details: [...about(terms), rate(LABELS.budget, maxRate, own.unit)],
        effects: [own],
      }
    }
    case "moveToBid": {
      const [terms, order, bid] = decoded.args
      const own = await effect(terms.currency, { rate: order.order.maxRate })
      return {
        says: reason("Move a lease to another provider's bid", "将租约迁移到其他提供方的出价"),
        details: [
          ...about(terms),
          { label: reason("New provider", "新提供方"), kind: "address", address: bid.provider },
          rate(LABELS.price, bid.rates.reserved, own.unit),
          rate(LABELS.budget, order.order.maxRate, own.unit),
        ],
        effects: [own],
      }
    }
    case "dispute": {
      const [terms, evidence] = decoded.args
      return {
        says: reason(
          "Dispute a lease: its payments are frozen until a ruling",
          "对租约提出争议：裁决前不支付任何款项",
        ),
        details: [...about(terms), hash(LABELS.evidence, evidence)],
      }
    }
    case "rule": {
      const [terms, forTenant, slash] = decoded.args
      return {
        says: forTenant
          ? reason("Rule a dispute for the tenant", "裁决租户胜诉")
          : reason("Rule a dispute for the provider", "裁决提供方胜诉"),
        details: [...about(terms), money(LABELS.from, slash, await unitOf(zeroAddress))],
      }
    }
    case "setIntake":
      return {
        says: decoded.args[0]
          ? reason("Reopen the market's intake", "重新开放市场接入")
          : reason(
              "Stop the market's intake of leases, orders, bids and providers",
              "停止市场接入新的租约、订单、出价和提供方",
            ),
        details: [],
      }
    case "bind": {
      const [approvers, threshold, limits] = decoded.args
      if (threshold === 0n)
        return {
          says: reason("Unbind the account: it no longer needs consents", "解除账户约束：不再需要同意"),
          details: [],
        }
      const allowed = await Promise.all(
        limits.map(async (limit) => {
          const unit = await unitOf(limit.currency)
          return [
            rate(LABELS.limitRate, limit.rate, unit),
            money(LABELS.limitAmount, limit.amount, unit),
            money(LABELS.limitExposure, limit.exposure, unit),
          ]
        }),
      )
      const of = approvers.length
      return {
        says: reason(
          `Bind the account: a call beyond its limits needs ${threshold} of ${of} approvers`,
          `约束账户：超出限额需要 ${of} 位审批人中的 ${threshold} 位同意`,
        ),
        details: [...approvers.map((approver) => address(LABELS.approver, approver)), ...allowed.flat()],
      }
    }
    default:
      return {
        says: reason(
          `Call ${(decoded as { functionName: string }).functionName}`,
          `调用 ${(decoded as { functionName: string }).functionName}`,
        ),
        details: [hash(LABELS.data, keccak256(call))],
      }
  }
}
