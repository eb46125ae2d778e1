// The custom errors of the market and of tokens in Chinese. Full explanations: solidity/ERRORS.md.
import type { Sentences } from "./errorFormats.ts"

const KINDS = ["毫核 CPU", "MiB 内存", "MiB 磁盘", "块 GPU"]

export const chinese: Sentences = {
  // Parameters, providers and offers
  BadParameters: () => [
    "市场的某个部署参数为零，或与其他参数矛盾。",
    "请用相同且相互协调的参数部署所有部分。",
  ],
  BondTooSmall: ([bond, required], f) => [
    `${f.wei(bond)} 的押金不足以覆盖该容量：需要 ${f.wei(required)}。`,
    `请再追加 ${f.wei(required - bond)} 押金，或减少注册的容量。`,
  ],
  AlreadyRegistered: ([provider], f) => [
    `${f.hex(provider)} 已注册为提供方。`,
    "请改用更新注册信息或追加押金。",
  ],
  NotRegistered: ([provider], f) => [
    `${f.hex(provider)} 尚未注册为提供方。`,
    "请先缴纳押金注册，或检查当前签名账户。",
  ],
  LeasesOpen: () => ["提供方仍为租约或出价占用着容量。", "请先发出通知并关闭租约、释放出价，然后再退出。"],
  RootsPending: ([until], f) => [
    `提供方的根在 ${f.time(until)} 之前仍可被结算或质疑。`,
    "请在此之后重试，期间不要再提交根。",
  ],
  OfferClosed: ([offer]) => [`报价 ${offer} 不存在或已撤回。`, "请选择其他报价；新价格总是新的报价。"],
  ExitNotAnnounced: () => ["提供方尚未宣布退出。", "请先宣布退出，等待退出延迟期结束后再离开。"],
  ExitRunning: ([until], f) => [`退出延迟期到 ${f.time(until)} 才结束。`, "请在此之后重试。"],
  DisputesOpen: () => ["该提供方的某个租约有争议正在等待裁决。", "请等待裁决，或在期限过后结束该争议。"],
  TooMany: ([count, most]) => [
    `列表有 ${count} 项，而市场最多接受 ${most} 项。`,
    `请去掉 ${count - most} 项。`,
  ],
  IntakeStopped: () => [
    "仲裁人暂时停止了新租约、订单、出价和提供方的接入。已在运行的不受影响。",
    "请等待仲裁人重新开放接入。",
  ],

  // Leases
  EmptyShape: () => ["规格没有要求 CPU 或内存。", "请至少要求 1 毫核和 1 MiB。"],
  BadPolicy: () => ["策略自相矛盾。", "请保证：最小 ≤ 最大，下限 < 目标 ≤ 上限 ≤ 100 %，步长至少为 1。"],
  ReplicasOutOfBounds: ([replicas, min, max]) => [
    `${replicas} 个副本超出了策略允许的 ${min} 到 ${max}。`,
    "请选择范围内的副本数，或先修改策略。",
  ],
  RateTooHigh: ([rate, maxRate], f) => [
    `在最大副本数下，租约将预留 ${f.rate(rate)}，高于预算 ${f.rate(maxRate)}。`,
    "请提高预算、降低最大副本数或规格，或选择更便宜的报价或出价。",
  ],
  CapacityExceeded: ([kind, asked, free]) => [
    `在最大副本数下需要 ${asked} ${KINDS[Number(kind)] ?? "单位"}，而提供方仅剩 ${free}。`,
    "请降低规格或最大副本数，或选择其他提供方。",
  ],
  LeaseExists: ([lease], f) => [
    `曾经以完全相同的条款开过租约（${f.hex(lease)}）。`,
    "请换一个 salt：再试一次会自动生成新的。",
  ],
  LeaseUnknown: ([lease], f) => [
    `没有以这些条款或该币种开立的租约 ${f.hex(lease)}。`,
    "请重新加载租约，并按约定的条款填写。",
  ],
  LeaseIsClosed: () => ["租约已关闭。", "请另开租约。剩余资金可通过退款取回。"],
  LeaseIsOpen: () => ["租约仍处于开启状态。", "请改用提取，或先关闭租约。"],
  NotAllowed: ([caller], f) => [
    `${f.hex(caller)} 无权执行此操作。`,
    "请切换到该租约、订单或报价所属的账户。",
  ],
  NoticeRunning: ([until], f) => [
    `提供方在 ${f.time(until)} 之前不能关闭此租约。`,
    "请先发出通知，待通知期结束后再关闭。",
  ],

  // Orders and bids
  OrderExists: () => ["完全相同的订单曾经开立过。", "请换一个 salt。"],
  OrderClosed: () => ["订单未开放：它已被取消，或已有出价中标。", "请另开订单。"],
  BadDeadlines: ([deadline, earliest, latest], f) => [
    `截止时间 ${f.time(deadline)} 不在 ${f.time(earliest)} 与 ${f.time(latest)} 之间。`,
    "请选择其间的时间。",
  ],
  BiddingOver: ([until], f) => [`该订单的出价已于 ${f.time(until)} 截止。`, "请对其他订单出价。"],
  AttributeMissing: ([attribute], f) => [
    `提供方缺少订单要求的属性“${f.word(attribute)}”。`,
    "若确实具备，请注册该属性；否则把订单留给他人。",
  ],
  BidExists: () => ["同一出价已经有效。", "无需处理；若要改动，请调整费率或有效期。"],
  BidsFull: ([most]) => [`该订单的 ${most} 个出价名额已满。`, "请替换一个预留费率更高的出价。"],
  NotBetter: ([reserved, displaced], f) => [
    `费率 ${f.rate(reserved)} 不低于将被替换的 ${f.rate(displaced)}。`,
    "请出更低的价，或替换更贵的出价。",
  ],
  AcceptanceOver: ([until], f) => [
    `该订单只能在 ${f.time(until)} 之前接受出价。`,
    "请取消订单（存款会退回），再另开一个。",
  ],
  BidClosed: () => ["该出价已失效：它已中标或已被释放。", "请选择其他出价。"],
  BidExpired: ([expiry], f) => [
    `该出价对提供方的约束已于 ${f.time(expiry)} 到期。`,
    "请接受其他出价，或重新征求出价。",
  ],
  BidHeld: ([until], f) => [
    `该出价在 ${f.time(until)} 之前仍可能中标。`,
    "请在此之后，或其订单被取消或由他人中标后再释放。",
  ],
  NotAlike: () => [
    "租约无法在那里继续：规格、币种、清单或资金性质不同。",
    "请选择规格、币种和清单都相同的报价，或订单与出价。",
  ],

  // Approvals
  ConsentRequired: ([account, limit, asked, allowed], f) => {
    const remedy = "请提交给该账户的审批人，或控制在限额之内。"
    const who = f.hex(account)
    if (limit === 0)
      return [
        `${who} 受审批约束：单个租约无需同意可预留 ${f.rate(allowed)}，而此操作将预留 ${f.rate(asked)}。`,
        remedy,
      ]
    if (limit === 1)
      return [
        `${who} 受审批约束：单次调用无需同意可转移 ${f.amount(allowed)}，而此操作转移 ${f.amount(asked)}。`,
        remedy,
      ]
    if (limit === 2)
      return [
        `${who} 受审批约束：无需同意可在市场中存放 ${f.amount(allowed)}，而此操作将使其达到 ${f.amount(asked)}。`,
        remedy,
      ]
    return [`${who} 受审批约束，任何对约束方式的更改都需要审批人同意。`, "请提交给审批人。"]
  },
  NotArbiters: ([caller], f) => [
    `只有仲裁人可以执行此操作，${f.hex(caller)} 不能代表仲裁人。`,
    "请使用仲裁人账户，或携带其审批人的同意。",
  ],
  NotBound: ([account], f) => [
    `${f.hex(account)} 不受约束：它的任何操作都不需要同意。`,
    "请直接执行，或先为账户设定约束。",
  ],
  BadApprovers: () => [
    "此审批人列表不可用。",
    "每人只列一次，不含账户自身，门槛在 1 与人数之间，并且须与当前生效的约束一致。",
  ],
  NonceUsed: ([, nonce]) => [
    `该账户已执行过 nonce 为 ${nonce} 的操作：很可能就是这一个。`,
    "请确认它是否已执行；否则请重新提议。",
  ],
  ConsentExpired: ([expiry], f) => [`同意已于 ${f.time(expiry)} 到期。`, "请以更晚的到期时间重新提议。"],
  ConsentUnordered: ([approver], f) => [
    `${f.hex(approver)} 的同意顺序不对，或重复给出。`,
    "请按审批人顺序排列，每人一份。",
  ],
  NotApprover: ([account], f) => [
    `${f.hex(account)} 不是该账户的审批人。`,
    "请让现任审批人在当前约束下对这一操作表示同意。",
  ],
  ConsentRevoked: ([approver], f) => [
    `${f.hex(approver)} 已永久撤回对此操作的同意。`,
    "请去掉该同意，或重新提议此操作。",
  ],
  ConsentsMissing: ([consents, threshold]) => [
    `此操作需要 ${threshold} 份同意，目前有 ${consents} 份。`,
    "请收集其余的同意。",
  ],

  // Steps by proof
  SameReplicas: ([replicas]) => [`租约已经是 ${replicas} 个副本。`, ""],
  CooldownRunning: ([until], f) => [
    `策略的冷却期到 ${f.time(until)} 才结束。`,
    "提供方在此之后才能调整；租户可随时伸缩。",
  ],
  StepTooLarge: ([moved, step]) => [
    `一次最多调整 ${step} 个副本，而此操作调整 ${moved} 个。`,
    "请分小步进行。",
  ],
  DemandTooLow: ([utilization, up], f) => [
    `利用率 ${f.share(utilization)} 未高于增加副本的阈值 ${f.share(up)}。`,
    "请等待需求上升；租户可随时伸缩。",
  ],
  DemandTooHigh: ([utilization, down], f) => [
    `利用率 ${f.share(utilization)} 未低于减少副本的阈值 ${f.share(down)}。`,
    "请等待；租户可随时伸缩。",
  ],
  BeyondDemand: ([replicas, limit]) => [
    `${replicas} 个副本超出了已证明需求所支持的 ${limit} 个。`,
    `最多调整到 ${limit} 个；只有租户可以超出此数。`,
  ],
  StatementUsed: ([time, since], f) => [
    `${f.time(time)} 的报表不晚于上一次调整（${f.time(since)}）。`,
    "请使用更晚周期的报表。",
  ],
  StatementStale: ([time, oldest], f) => [
    `${f.time(time)} 的报表过旧：须晚于 ${f.time(oldest)}。`,
    "请使用最新的报表。",
  ],
  SettlementDue: ([settledAt], f) => [
    `自 ${f.time(settledAt)} 以来提供方未对该租约进行过结算。`,
    "请先结算最新的成熟报表，再进行调整。",
  ],

  // Money
  WrongValue: ([sent, expected], f) => [
    `随交易发送了 ${f.wei(sent)}，而应为 ${f.wei(expected)}。`,
    `请恰好发送 ${f.wei(expected)}。`,
  ],
  NothingReceived: () => ["金额为零，或代币没有到账。", "请填写大于零的金额，并使用能够到账的代币。"],
  InsufficientFunds: ([available, required], f) => [
    `现有 ${f.amount(available)}，而需要 ${f.amount(required)}。`,
    `请补足 ${f.amount(required - available)}，或减少金额。租约须保留可能欠付的款项和通知期的费用。`,
  ],
  NothingToPay: () => [
    "没有可支付的款项：金额为零，或全部款项仍可能欠付。",
    "请等待可能欠付的款项结算或失效。",
  ],

  // Proofs
  WrongEpoch: ([epoch, expected]) => [
    `提交的是周期 ${epoch}，而下一个应为 ${expected}。`,
    `请提交周期 ${expected}。`,
  ],
  RootTooSoon: ([until], f) => [`下一个根可在 ${f.time(until)} 提交。`, "请届时再提交。"],
  RootUnknown: ([, epoch]) => [`周期 ${epoch} 没有根，或已不再保留。`, "请使用最新的成熟根；报表是累计的。"],
  RootImmature: ([until], f) => [
    `该根在 ${f.time(until)} 才成熟。`,
    "请在此之后结算，或使用更早的根，或由租户会签。",
  ],
  BadPath: () => ["路径不能从报表通向根。", "请使用同一周期的报表、路径和根。"],
  StatementFromFuture: ([time], f) => [
    `报表的时间 ${f.time(time)} 尚未到来。`,
    "请采用链上时间，而非本机时间。",
  ],
  StatementLapsed: ([time, oldest], f) => [
    `${f.time(time)} 的报表早于索取窗口（自 ${f.time(oldest)} 起）。`,
    "请结算更近的报表；失效的部分已归还租户。",
  ],
  BadSignature: () => [
    "该签名不属于租户，或不属于所声称的审批人。",
    "请用正确的账户，在此链上为此市场重新签名。",
  ],

  // Faults
  FraudKnown: () => ["该租约的欺诈此前已被证明。", ""],
  BadEvidence: () => ["证据的形式不符合此类欺诈的要求。", "请给出一个或两个叶子，较早的在前。"],
  NoFraud: () => ["这些报表可能属实：没有违反任何界限。", "链上看不到的问题请提出争议。"],
  NotSilent: () => [
    "提供方并不欠根：它按时提交了，或没有为任何人占用容量。",
    "请在它错过足够多的周期后再报告。",
  ],
  SilenceKnown: () => ["该失联此前已被报告或确认。", "宽限期后请确认；确认后可获停机补偿。"],
  NotReported: () => ["还没有人报告该提供方失联。", "请先报告，待宽限期过后再确认。"],
  GraceRunning: ([until, untilBlock], f) => [
    `提供方在 ${f.time(until)} 且区块 ${untilBlock} 之前仍可提交根。`,
    "请在两者都过后再确认。",
  ],
  NoOutage: () => ["提供方当前没有停机：未被确认，或此后已提交过根。", "请在它失联时报告。"],
  CreditPaid: ([, epoch]) => [`该租约已获得周期 ${epoch} 之后停机的补偿。`, ""],
  LeaseTooYoung: ([since, latest], f) => [
    `此次停机未影响该租约：它于 ${f.time(since)} 开启或更改，晚于 ${f.time(latest)}。`,
    "请关闭租约，或迁移到其他提供方。",
  ],
  DisputeRunning: () => ["该租约已有争议。", "请等待裁决或期限届满。"],
  DisputeTooSoon: ([until], f) => [
    `该租约此前有过争议，${f.time(until)} 起才可再次提出。`,
    "请在此之后提出。",
  ],
  NoDispute: () => ["该租约没有争议。", ""],
  RulingLate: ([until], f) => [
    `仲裁人的裁决期已于 ${f.time(until)} 结束。`,
    "现在任何人都可以结束该争议：以提供方的证明为准。",
  ],
  RulingAwaited: ([until], f) => [`仲裁人在 ${f.time(until)} 之前仍可裁决。`, "请在此之后再结束争议。"],
  SlashTooHigh: ([slash, most], f) => [
    `一次裁决最多可从押金中扣除 ${f.wei(most)}，而此处为 ${f.wei(slash)}。`,
    `请将扣除额控制在 ${f.wei(most)} 以内。`,
  ],

  // From the libraries
  FailedCall: () => [
    "内部调用失败且未说明原因：收款方拒收，或市场没有该函数。",
    "请支付给能够收款的账户，并检查市场地址。",
  ],
  InsufficientBalance: ([balance, needed], f) => [
    `市场持有 ${f.wei(balance)}，却需支付 ${f.wei(needed)}；账目无误时不会发生。`,
    "请报告此交易。",
  ],
  SafeERC20FailedOperation: ([token], f) => [
    `代币 ${f.hex(token)} 拒绝转账。`,
    "请授权市场使用该金额，检查余额，或换一种币种。",
  ],
  SafeCastOverflowedUintDowncast: ([bits]) => [`数值超出其 ${bits} 位字段的范围。`, "请使用更小的金额。"],
  ReentrancyGuardReentrantCall: () => [
    "市场在核算到账时被代币或收款方回调。",
    "请换用其他代币，或在前一次调用结束后再试。",
  ],
  AddressEmptyCode: ([target], f) => [`此链上 ${f.hex(target)} 处没有合约。`, "请检查地址和链。"],
  InvalidShortString: () => ["签名域的名称已损坏。", "请检查合约地址。"],
  StringTooLong: () => ["签名域的名称过长。", "请检查合约地址。"],
  Error: ([reason]) => [`合约拒绝了：${reason}`, ""],
  Panic: ([code]) => [`运算超出范围，或读取越过了列表末尾（代码 ${code}）。`, "请检查金额。"],

  // Tokens
  ERC20InsufficientAllowance: ([, allowance, needed], f) => [
    `市场可动用您的 ${f.amount(allowance)}，而此操作需要 ${f.amount(needed)}。`,
    "请授权该金额，或签署 permit。",
  ],
  ERC20InsufficientBalance: ([sender, balance, needed], f) => [
    `${f.hex(sender)} 有 ${f.amount(balance)}，而需要 ${f.amount(needed)}。`,
    `请再获取 ${f.amount(needed - balance)} 该代币，或减少金额。`,
  ],
  ERC20InvalidApprover: ([approver], f) => [`该代币不允许 ${f.hex(approver)} 授权。`, "请使用其他账户。"],
  ERC20InvalidReceiver: ([receiver], f) => [`该代币不能转给 ${f.hex(receiver)}。`, "请选择其他收款人。"],
  ERC20InvalidSender: ([sender], f) => [`该代币不能从 ${f.hex(sender)} 转出。`, "请使用其他账户。"],
  ERC20InvalidSpender: ([spender], f) => [`该代币不能授权给 ${f.hex(spender)}。`, "请检查市场地址。"],
  ERC2612ExpiredSignature: ([deadline], f) => [`该 permit 已于 ${f.time(deadline)} 到期。`, "请重新签署。"],
  ERC2612InvalidSigner: ([signer, owner], f) => [
    `${f.hex(owner)} 的 permit 由 ${f.hex(signer)} 签署。`,
    "请用持有代币的账户签署。",
  ],
  InvalidAccountNonce: ([, nonce]) => [`该 permit 的 nonce 不是下一个 ${nonce}。`, "请重新签署。"],
  ECDSAInvalidSignature: () => ["该签名无效。", "请重新签名。"],
  ECDSAInvalidSignatureLength: ([length]) => [`${length} 字节的签名无效。`, "请重新签名。"],
  ECDSAInvalidSignatureS: () => ["该签名的形式不被接受。", "请重新签名。"],
}
