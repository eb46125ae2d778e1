// The custom errors of the market and of tokens in English. Full explanations: solidity/ERRORS.md.
import type { Sentences } from "./errorFormats.ts"

const KINDS = ["millicores", "MiB of memory", "MiB of disk", "GPUs"]

export const english: Sentences = {
  // Parameters, providers and offers
  BadParameters: () => [
    "A parameter of the market's deployment contradicts another or is zero.",
    "Deploy all parts with the same parameters and consistent windows.",
  ],
  BondTooSmall: ([bond, required], f) => [
    `A bond of ${f.wei(bond)} does not cover this capacity, which requires ${f.wei(required)}.`,
    `Add ${f.wei(required - bond)} to the bond, or register less capacity.`,
  ],
  AlreadyRegistered: ([provider], f) => [
    `${f.hex(provider)} is registered as a provider already.`,
    "Update what is registered, or add to the bond, instead.",
  ],
  NotRegistered: ([provider], f) => [
    `${f.hex(provider)} is not registered as a provider.`,
    "Register with a bond first, or check which account signs.",
  ],
  LeasesOpen: () => [
    "The provider still holds capacity for leases or bids.",
    "Give notice, close the leases and release the bids; then unregister.",
  ],
  RootsPending: ([until], f) => [
    `Roots of the provider may still be settled or contested until ${f.time(until)}.`,
    "Try again after that, without posting a root in the meantime.",
  ],
  OfferClosed: ([offer]) => [
    `Offer ${offer} does not exist or was withdrawn.`,
    "Choose another offer; a new price is always a new offer.",
  ],
  ExitNotAnnounced: () => [
    "The provider has not announced its exit.",
    "Announce the exit, wait for the exit delay, then unregister.",
  ],
  ExitRunning: ([until], f) => [`The exit delay runs until ${f.time(until)}.`, "Try again after that."],
  DisputesOpen: () => [
    "A lease of the provider is in dispute.",
    "Wait for the ruling, or end the dispute once its deadline has passed.",
  ],
  TooMany: ([count, most]) => [
    `The list has ${count} entries; the market accepts ${most}.`,
    `Remove ${count - most} of them.`,
  ],
  IntakeStopped: () => [
    "The arbiters have stopped the intake of new leases, orders, bids and providers. Running leases continue.",
    "Wait until the arbiters reopen the intake.",
  ],

  // Leases
  EmptyShape: () => ["The shape has no CPU or no memory.", "Use at least one millicore and one MiB."],
  BadPolicy: () => [
    "The policy is inconsistent.",
    "Keep min ≤ max, down < target ≤ up ≤ 100 %, and a step of at least 1.",
  ],
  ReplicasOutOfBounds: ([replicas, min, max]) => [
    `${replicas} replicas are outside the policy's bounds of ${min} to ${max}.`,
    "Choose a count within the bounds, or change the policy first.",
  ],
  RateTooHigh: ([rate, maxRate], f) => [
    `At its maximum count the lease would reserve ${f.rate(rate)}, above the budget of ${f.rate(maxRate)}.`,
    "Raise the budget, lower the maximum count or the shape, or choose a cheaper offer or bid.",
  ],
  CapacityExceeded: ([kind, asked, free]) => [
    `At the maximum count this needs ${asked} ${KINDS[Number(kind)] ?? "units"}; the provider has ${free} free.`,
    "Lower the shape or the maximum count, or choose another provider.",
  ],
  LeaseExists: ([lease], f) => [
    `A lease with exactly these terms was opened before (${f.hex(lease)}).`,
    "Try again: a new salt is generated.",
  ],
  LeaseUnknown: ([lease], f) => [
    `There is no lease ${f.hex(lease)} with these terms, or in this currency.`,
    "Reload the lease, and pass its terms unchanged.",
  ],
  LeaseIsClosed: () => [
    "The lease is closed.",
    "Open another lease. The remaining money is returned by a refund.",
  ],
  LeaseIsOpen: () => ["The lease is still open.", "Withdraw instead, or close the lease first."],
  NotAllowed: ([caller], f) => [
    `${f.hex(caller)} is not allowed to do this.`,
    "Switch to the account that owns the lease, the order or the offer.",
  ],
  NoticeRunning: ([until], f) => [
    `The provider may not close this lease before ${f.time(until)}.`,
    "Give notice first, and close after the notice period.",
  ],

  // Orders and bids
  OrderExists: () => ["An identical order was opened before.", "Use another salt."],
  OrderClosed: () => [
    "The order is not open: it was cancelled, or a bid was accepted.",
    "Open another order.",
  ],
  BadDeadlines: ([deadline, earliest, latest], f) => [
    `The deadline ${f.time(deadline)} is not between ${f.time(earliest)} and ${f.time(latest)}.`,
    "Choose one between them.",
  ],
  BiddingOver: ([until], f) => [`The order took bids until ${f.time(until)}.`, "Bid on another order."],
  AttributeMissing: ([attribute], f) => [
    `The provider lacks the attribute “${f.word(attribute)}” that the order requires.`,
    "Set the attribute if it applies to the provider; otherwise the provider cannot bid on this order.",
  ],
  BidExists: () => [
    "An identical bid is already open.",
    "Nothing to do; for another bid, change the rates or the expiry.",
  ],
  BidsFull: ([most]) => [
    `The order already has its maximum of ${most} bids.`,
    "Replace a bid that has a higher reserved rate.",
  ],
  NotBetter: ([reserved, displaced], f) => [
    `A rate of ${f.rate(reserved)} is not below the ${f.rate(displaced)} of the bid that it would replace.`,
    "Bid lower, or replace a more expensive bid.",
  ],
  AcceptanceOver: ([until], f) => [
    `The order could be accepted until ${f.time(until)}.`,
    "Cancel it, which returns its deposit, and open another.",
  ],
  BidClosed: () => ["The bid is closed: it was accepted or released.", "Choose another bid."],
  BidExpired: ([expiry], f) => [
    `The bid expired at ${f.time(expiry)}.`,
    "Accept another bid, or ask for new ones.",
  ],
  BidHeld: ([until], f) => [
    `The bid can still be accepted until ${f.time(until)}.`,
    "Release it after that, or once its order is cancelled or another bid is accepted.",
  ],
  NotAlike: () => [
    "The lease cannot move there: shape, currency, manifest or the kind of money differ.",
    "Choose an offer, or an order and bid, for the same shape, currency and manifest.",
  ],

  // Approvals
  ConsentRequired: ([account, limit, asked, allowed], f) => {
    const remedy = "Propose it to the account's approvers, or stay within the limit."
    const who = f.hex(account)
    if (limit === 0)
      return [
        `${who} is bound: one lease may reserve ${f.rate(allowed)} without consent, and this reserves ${f.rate(asked)}.`,
        remedy,
      ]
    if (limit === 1)
      return [
        `${who} is bound: one call may transfer ${f.amount(allowed)} without consent, and this transfers ${f.amount(asked)}.`,
        remedy,
      ]
    if (limit === 2)
      return [
        `${who} is bound: ${f.amount(allowed)} may be in the market without consent, and this makes it ${f.amount(asked)}.`,
        remedy,
      ]
    return [
      `${who} is bound, and every change of its binding needs its approvers' consents.`,
      "Propose the change to its approvers.",
    ]
  },
  NotArbiters: ([caller], f) => [
    `Only the arbiters may do this, and ${f.hex(caller)} does not act for them.`,
    "Use the arbiters' account, or send the call with its approvers' consents.",
  ],
  NotBound: ([account], f) => [
    `${f.hex(account)} is not bound: its calls need no consents.`,
    "Send the call directly, or bind the account first.",
  ],
  BadApprovers: () => [
    "This list of approvers is not valid.",
    "List each approver once and not the account itself, with a threshold from 1 to their number; for a bound account, list those of the binding in force.",
  ],
  NonceUsed: ([, nonce]) => [
    `The account has already executed an action with the nonce ${nonce}, probably this one.`,
    "Check whether it was executed; otherwise propose it again.",
  ],
  ConsentExpired: ([expiry], f) => [
    `The consents expired at ${f.time(expiry)}.`,
    "Propose the action again with a later expiry.",
  ],
  ConsentUnordered: ([approver], f) => [
    `The consent of ${f.hex(approver)} is out of order, or given twice.`,
    "Order the consents by their approvers, one each.",
  ],
  NotApprover: ([account], f) => [
    `${f.hex(account)} is not an approver of this account.`,
    "Ask its current approvers to consent to exactly this action under the binding in force.",
  ],
  ConsentRevoked: ([approver], f) => [
    `${f.hex(approver)} has permanently revoked its consent to this.`,
    "Remove that consent, or propose the action again.",
  ],
  ConsentsMissing: ([consents, threshold]) => [
    `This needs ${threshold} consents and has ${consents}.`,
    "Collect the missing consents.",
  ],

  // Steps by proof
  SameReplicas: ([replicas]) => [`The lease already has ${replicas} replicas.`, ""],
  CooldownRunning: ([until], f) => [
    `The policy's cooldown runs until ${f.time(until)}.`,
    "The provider may step after that; the tenant may scale at any time.",
  ],
  StepTooLarge: ([moved, step]) => [
    `One step may change ${step} replicas; this changes ${moved}.`,
    "Take smaller steps.",
  ],
  DemandTooLow: ([utilization, up], f) => [
    `A utilization of ${f.share(utilization)} is not above the ${f.share(up)} from which replicas are added.`,
    "Wait for demand; the tenant may scale at any time.",
  ],
  DemandTooHigh: ([utilization, down], f) => [
    `A utilization of ${f.share(utilization)} is not below the ${f.share(down)} from which replicas are removed.`,
    "Wait; the tenant may scale at any time.",
  ],
  BeyondDemand: ([replicas, limit]) => [
    `${replicas} replicas are beyond the ${limit} that the proven demand justifies.`,
    `Step to ${limit} at most; only the tenant may exceed this.`,
  ],
  StatementUsed: ([time, since], f) => [
    `The statement of ${f.time(time)} is not newer than the last step, at ${f.time(since)}.`,
    "Use the statement of a later epoch.",
  ],
  StatementStale: ([time, oldest], f) => [
    `The statement of ${f.time(time)} is too old: it must end after ${f.time(oldest)}.`,
    "Use the latest statement.",
  ],
  SettlementDue: ([settledAt], f) => [
    `The provider has not settled the lease since ${f.time(settledAt)}.`,
    "Settle the latest matured statement first, then step.",
  ],

  // Money
  WrongValue: ([sent, expected], f) => [
    `${f.wei(sent)} were sent, but ${f.wei(expected)} are required.`,
    `Send exactly ${f.wei(expected)}.`,
  ],
  NothingReceived: () => [
    "The amount is zero, or the token transferred nothing.",
    "Enter an amount above zero, and use a token that transfers the full amount.",
  ],
  InsufficientFunds: ([available, required], f) => [
    `${f.amount(available)} are available, but ${f.amount(required)} are required.`,
    `Add ${f.amount(required - available)}, or use a smaller amount. A lease keeps what may be owed and its notice period's money.`,
  ],
  NothingToPay: () => [
    "There is nothing to pay: the amount is zero, or all of it may still be owed.",
    "Wait until what may be owed is settled or lapses.",
  ],

  // Proofs
  WrongEpoch: ([epoch, expected]) => [
    `Epoch ${epoch} was posted, but ${expected} is next.`,
    `Post epoch ${expected}.`,
  ],
  RootTooSoon: ([until], f) => [`The next root may be posted at ${f.time(until)}.`, "Post it then."],
  RootUnknown: ([, epoch]) => [
    `There is no root of epoch ${epoch}, or it is no longer stored.`,
    "Use the latest matured root; statements are cumulative.",
  ],
  RootImmature: ([until], f) => [
    `The root matures at ${f.time(until)}.`,
    "Settle after that, with an older root, or with the tenant's countersignature.",
  ],
  BadPath: () => [
    "The path does not lead from the statement to the root.",
    "Use statement, path and root of the same epoch.",
  ],
  StatementFromFuture: ([time], f) => [
    `The statement's time, ${f.time(time)}, is in the future.`,
    "Use the chain's time, not the machine's.",
  ],
  StatementLapsed: ([time, oldest], f) => [
    `The statement of ${f.time(time)} is older than the claim window, which begins at ${f.time(oldest)}.`,
    "Settle a newer one; what lapsed was returned to the tenant.",
  ],
  BadSignature: () => [
    "The signature is not the tenant's, or not that of the named approver.",
    "Sign again with the right account, on this chain and for this market.",
  ],

  // Faults
  FraudKnown: () => ["A fraud about this lease has been proven before.", ""],
  BadEvidence: () => [
    "The evidence does not have the format of this kind of fraud.",
    "Provide one leaf or two, the earlier first.",
  ],
  NoFraud: () => [
    "The statements may be true: they violate no bound.",
    "For what the contract cannot check, open a dispute.",
  ],
  NotSilent: () => [
    "The provider owes no root: it has posted in time, or holds no capacity.",
    "Report it again after it has missed enough epochs.",
  ],
  SilenceKnown: () => [
    "The silence has already been reported or confirmed.",
    "Confirm it after the grace period; once it is confirmed, credit the outage.",
  ],
  NotReported: () => [
    "The provider's silence has not been reported.",
    "Report it, and confirm it after the grace period.",
  ],
  GraceRunning: ([until, untilBlock], f) => [
    `The provider may still post a root until ${f.time(until)} and block ${untilBlock}.`,
    "Confirm it after both.",
  ],
  NoOutage: () => [
    "The provider has no outage: none was confirmed, or it has posted a root since.",
    "Report its silence when its roots stop.",
  ],
  CreditPaid: ([, epoch]) => [`The lease has already been credited for the outage after epoch ${epoch}.`, ""],
  LeaseTooYoung: ([since, latest], f) => [
    `The outage did not affect this lease, which was opened or changed at ${f.time(since)}, after ${f.time(latest)}.`,
    "Close the lease, or move it to another provider.",
  ],
  DisputeRunning: () => ["The lease is already in dispute.", "Wait for the ruling or its deadline."],
  DisputeTooSoon: ([until], f) => [
    `The lease was disputed before, and can be disputed again from ${f.time(until)}.`,
    "Dispute it after that.",
  ],
  NoDispute: () => ["The lease is not in dispute.", ""],
  RulingLate: ([until], f) => [
    `The arbiters' deadline was ${f.time(until)}.`,
    "Anyone may end the dispute now: the provider's proofs are upheld.",
  ],
  RulingAwaited: ([until], f) => [`The arbiters may rule until ${f.time(until)}.`, "End it after that."],
  SlashTooHigh: ([slash, most], f) => [
    `A ruling may take at most ${f.wei(most)} from the bond; this takes ${f.wei(slash)}.`,
    `Rule with at most ${f.wei(most)}.`,
  ],

  // From the libraries
  FailedCall: () => [
    "An inner call failed without a reason: the payee refuses the coin, or the market has no such function.",
    "Pay to an account that can receive; check the market's address.",
  ],
  InsufficientBalance: ([balance, needed], f) => [
    `The market holds ${f.wei(balance)} but has to pay ${f.wei(needed)}, which its accounting excludes.`,
    "Please report the transaction.",
  ],
  SafeERC20FailedOperation: ([token], f) => [
    `The token ${f.hex(token)} refused the transfer.`,
    "Approve the amount for the market, check the balance, or use another currency.",
  ],
  SafeCastOverflowedUintDowncast: ([bits]) => [
    `A number is too large for its field of ${bits} bits.`,
    "Use a smaller amount.",
  ],
  ReentrancyGuardReentrantCall: () => [
    "A token or payee called back into the market during a transfer.",
    "Use another token, or repeat the call after the first has ended.",
  ],
  AddressEmptyCode: ([target], f) => [
    `There is no contract at ${f.hex(target)} on this chain.`,
    "Check the address and the chain.",
  ],
  InvalidShortString: () => ["A name in the signing domain is corrupt.", "Check the contract's address."],
  StringTooLong: () => ["A name in the signing domain is too long.", "Check the contract's address."],
  Error: ([reason]) => [`A contract refused: ${reason}`, ""],
  Panic: ([code]) => [
    `Arithmetic overflow, or an array index out of range (code ${code}).`,
    "Check the amounts.",
  ],

  // Tokens
  ERC20InsufficientAllowance: ([, allowance, needed], f) => [
    `The market's allowance is ${f.amount(allowance)}; this needs ${f.amount(needed)}.`,
    "Approve the amount, or sign a permit.",
  ],
  ERC20InsufficientBalance: ([sender, balance, needed], f) => [
    `${f.hex(sender)} has ${f.amount(balance)}, but ${f.amount(needed)} are required.`,
    `Get ${f.amount(needed - balance)} more of the token, or use a smaller amount.`,
  ],
  ERC20InvalidApprover: ([approver], f) => [
    `The token does not allow ${f.hex(approver)} to approve spenders.`,
    "Use another account.",
  ],
  ERC20InvalidReceiver: ([receiver], f) => [
    `The token cannot be transferred to ${f.hex(receiver)}.`,
    "Choose another recipient.",
  ],
  ERC20InvalidSender: ([sender], f) => [
    `The token cannot be transferred from ${f.hex(sender)}.`,
    "Use another account.",
  ],
  ERC20InvalidSpender: ([spender], f) => [
    `The token cannot be approved for ${f.hex(spender)}.`,
    "Check the market's address.",
  ],
  ERC2612ExpiredSignature: ([deadline], f) => [
    `The permit expired at ${f.time(deadline)}.`,
    "Sign a new one.",
  ],
  ERC2612InvalidSigner: ([signer, owner], f) => [
    `The permit of ${f.hex(owner)} was signed by ${f.hex(signer)}.`,
    "Sign with the account that owns the tokens.",
  ],
  InvalidAccountNonce: ([, nonce]) => [
    `The permit's nonce is not the next one, ${nonce}.`,
    "Sign a new one.",
  ],
  ECDSAInvalidSignature: () => ["The signature is invalid.", "Sign again."],
  ECDSAInvalidSignatureLength: ([length]) => [`A signature of ${length} bytes is invalid.`, "Sign again."],
  ECDSAInvalidSignatureS: () => ["The form of the signature is not accepted.", "Sign again."],
}
