// Why an action is not allowed, in both languages.

import { formatAmount, type Unit } from "../i18n/format.ts"
import type { Messages } from "../i18n/language.ts"

export type Reason = Messages<string>

export function reason(en: string, zh: string): Reason {
  return { en, zh }
}

/** With times, formatted in each language. @param moments Unix seconds. */
export function at(
  moments: readonly number[],
  en: (...texts: string[]) => string,
  zh: (...texts: string[]) => string,
): Reason {
  const texts = (locale: string) =>
    moments.map((moment) =>
      new Date(moment * 1000).toLocaleString(locale, { dateStyle: "medium", timeStyle: "medium" }),
    )
  return { en: en(...texts("en-GB")), zh: zh(...texts("zh-CN")) }
}

export const REASONS = {
  connect: reason("Connect a wallet first.", "请先连接钱包。"),
  tenant: reason("Only the lease's tenant may do this.", "只有该租约的租户可以执行此操作。"),
  provider: reason("Only the lease's provider may do this.", "只有该租约的提供方可以执行此操作。"),
  parties: reason(
    "Only the lease's tenant or provider may do this.",
    "只有该租约的租户或提供方可以执行此操作。",
  ),
  closed: reason("The lease is closed.", "租约已关闭。"),
  open: reason("The lease is still open.", "租约仍处于开启状态。"),
  intake: reason(
    "The arbiters have stopped the intake of new leases, orders, bids and providers.",
    "仲裁人已停止接入任何新业务。",
  ),
  nothing: reason("There is nothing to withdraw now.", "目前没有可支付的款项。"),
  amount: reason("Enter an amount above zero.", "请填写大于零的金额。"),
  same: reason("The lease already has this many replicas.", "租约已经是这个副本数。"),
  policy: reason(
    "The policy is inconsistent: it needs min ≤ max, down < target ≤ up ≤ 100 %, and a step of at least 1.",
    "策略自相矛盾：须满足最小 ≤ 最大，下限 < 目标 ≤ 上限 ≤ 100 %，步长至少为 1。",
  ),
  disputed: reason("The lease is already in dispute.", "该租约已有争议。"),
  undisputed: reason("The lease is not in dispute.", "该租约没有争议。"),
  frozen: reason(
    "The lease is in dispute: its payments are frozen until the dispute ends.",
    "该租约有争议：在争议结束前不会支付任何款项。",
  ),
  settled: reason("This statement, or a newer one, is already settled.", "此报表或更新的报表已经结算。"),
  lapsed: reason("The statement is older than the claim window.", "该报表早于索取窗口。"),
  left: reason("The provider has left the market.", "提供方已离开市场。"),
  owes: reason("The lease is closed, and no payment is outstanding.", "租约已关闭，且没有未结清的款项。"),
  arbiters: reason("Only the arbiters' account may do this.", "只有仲裁人账户可以执行此操作。"),
  ordersTenant: reason("Only the order's tenant may do this.", "只有该订单的租户可以执行此操作。"),
  orderClosed: reason("The order is no longer open.", "该订单已不再开放。"),
  offerClosed: reason("The offer was withdrawn.", "该报价已撤回。"),
  offersProvider: reason(
    "Only the provider that listed the offer may do this.",
    "只有列出该报价的提供方可以执行此操作。",
  ),
  account: reason("Only the provider's own account may do this.", "只有提供方自己的账户可以执行此操作。"),
  unregistered: reason("This account is not registered as a provider.", "此账户未注册为提供方。"),
  unannounced: reason("Announce the exit first.", "请先宣布退出。"),
  leasesOpen: reason("Leases or bids still hold capacity.", "仍有租约或出价占用容量。"),
  free: reason(
    "The account is not bound: its calls need no consents.",
    "该账户不受约束：任何操作都不需要同意。",
  ),
  approver: reason("You are not an approver of this account.", "您不是该账户的审批人。"),
  version: reason(
    "The account's binding has changed since this was proposed: it has to be proposed again.",
    "提议之后账户的约束已更改：需要重新提议。",
  ),
  taken: reason("It has already been executed.", "此操作已执行。"),
  changed: reason("Its digest does not match its call: it was modified.", "摘要与调用不符：内容被改动过。"),
  consented: reason("You have already consented.", "您已表示同意。"),
  revoked: reason("You have permanently revoked your consent.", "您已永久撤回同意。"),
  owner: reason("Only the account itself may send it.", "只有该账户自己可以发送。"),
  intakeOpen: reason("The intake is already open.", "接入已开放。"),
  intakeStopped: reason("The intake is already stopped.", "接入已停止。"),
  expired: (until: number) =>
    at(
      [until],
      (time) => `It expired at ${time}.`,
      (time) => `此操作已于 ${time} 过期。`,
    ),
  missing: (there: number, wanted: number) =>
    reason(`It needs ${wanted} consents and has ${there}.`, `需要 ${wanted} 份同意，目前有 ${there} 份。`),
  bounds: (min: number, max: number) =>
    reason(
      `The policy allows ${min} to ${max} replicas; change the policy first.`,
      `策略允许 ${min} 到 ${max} 个副本；请先修改策略。`,
    ),
  holds: (replicas: number) =>
    reason(
      `The policy has to allow the current ${replicas} replicas; scale first.`,
      `策略必须容纳当前的 ${replicas} 个副本；请先伸缩。`,
    ),
  short: (missing: bigint, unit: Unit) =>
    reason(
      `The lease cannot keep the notice period's money at that rate: top up ${formatAmount(missing, unit)} first.`,
      `租约无法以该费率保留通知期的费用：请先充值 ${formatAmount(missing, unit)}。`,
    ),
  above: (most: bigint, unit: Unit) =>
    reason(
      `At most ${formatAmount(most, unit)} can be withdrawn now: what may be owed and the notice period's money remain.`,
      `目前最多可取出 ${formatAmount(most, unit)}：可能欠付的款项和通知期的费用须保留。`,
    ),
  earned: (most: bigint, unit: Unit) =>
    reason(`The earnings are ${formatAmount(most, unit)}.`, `收益为 ${formatAmount(most, unit)}。`),
  slash: (most: bigint, unit: Unit) =>
    reason(
      `A ruling may take at most ${formatAmount(most, unit)} from the bond.`,
      `一次裁决最多可从押金中扣除 ${formatAmount(most, unit)}。`,
    ),
  slashForProvider: reason(
    "A ruling for the provider takes nothing from its bond.",
    "裁决提供方胜诉时不扣押金。",
  ),
  notice: (until: number | null) =>
    until === null
      ? reason("The provider has to give notice first.", "提供方须先发出通知。")
      : at(
          [until],
          (time) => `The notice runs until ${time}.`,
          (time) => `通知期到 ${time} 结束。`,
        ),
  again: (from: number) =>
    at(
      [from],
      (time) => `It was disputed before, and can be disputed again from ${time}.`,
      (time) => `此前有过争议，${time} 起才可再次提出。`,
    ),
  awaited: (until: number) =>
    at(
      [until],
      (time) => `The arbiters may rule until ${time}.`,
      (time) => `仲裁人在 ${time} 之前仍可裁决。`,
    ),
  late: (until: number) =>
    at(
      [until],
      (time) => `The arbiters' deadline was ${time}; anyone may end the dispute now.`,
      (time) => `裁决期已于 ${time} 结束；现在任何人都可以结束争议。`,
    ),
  acceptanceOver: (until: number) =>
    at(
      [until],
      (time) => `Bids could be accepted until ${time}.`,
      (time) => `只能在 ${time} 之前接受出价。`,
    ),
  bidExpired: (expiry: number) =>
    at(
      [expiry],
      (time) => `The bid expired at ${time}.`,
      (time) => `该出价已于 ${time} 到期。`,
    ),
  exitRunning: (until: number) =>
    at(
      [until],
      (time) => `The exit delay runs until ${time}.`,
      (time) => `退出延迟期到 ${time} 结束。`,
    ),
  past: reason("Choose an expiry in the future.", "请选择未来的到期时间。"),
} as const
