// The custom errors of the market and of tokens in English. Full explanations: solidity/ERRORS.md.
import type { Sentences } from "./errorFormats.ts"

const KINDS = ["millicores", "MiB of memory", "MiB of disk", "GPUs"]

export const english: Sentences = {
  // Parameters, providers and offers
  BadParameters: () => [
    "A parameter of the market's deployment contradicts another or is zero.",
    "Deploy all parts with the same parameters, and windows that fit together.",
  ],
  BondTooSmall: ([bond, required], f) => [
    `A bond of ${f.wei(bond)} does not cover this capacity: it takes ${f.wei(required)}.`,
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
    "Give notice and close the leases, release the bids, then leave.",
  ],
  RootsPending: ([until], f) => [
    `Roots of the provider may still be settled or contested until ${f.time(until)}.`,
    "Try again after that, and post no root meanwhile.",
  ],
  OfferClosed: ([offer]) => [
    `Offer ${offer} does not exist or was withdrawn.`,
    "Choose another offer; a new price is always a new offer.",
  ],
  ExitNotAnnounced: () => [
    "The provider has not announced that it leaves.",
    "Announce the exit, wait for the exit delay, then leave.",
  ],
  ExitRunning: ([until], f) => [`The exit delay runs until ${f.time(until)}.`, "Try again after that."],
  DisputesOpen: () => [
    "A dispute about a lease of the provider waits for its ruling.",
    "Wait for the ruling, or end the dispute once its deadline has passed.",
  ],
  TooMany: ([count, most]) => [
    `The list has ${count} entries; the market takes ${most}.`,
    `Leave out ${count - most} of them.`,
  ],
  IntakeStopped: () => [
    "The arbiters have stopped new leases, orders, bids and providers for now. What runs goes on.",
    "Wait until they open intake again.",
  ],

  // Leases
  EmptyShape: () => [
    "The shape asks for no CPU or no memory.",
    "Ask for at least one millicore and one MiB.",
  ],
  BadPolicy: () => [
    "The policy contradicts itself.",
    "Keep min ≤ max, down < target ≤ up ≤ 100 %, and a step of at least 1.",
  ],
  ReplicasOutOfBounds: ([replicas, min, max]) => [
    `${replicas} replicas are outside the policy's bounds of ${min} to ${max}.`,
    "Ask for a count within the bounds, or change the policy first.",
  ],
  RateTooHigh: ([rate, maxRate], f) => [
    `At its highest count the lease would reserve ${f.rate(rate)}, above the budget of ${f.rate(maxRate)}.`,
    "Raise the budget, lower the highest count or the shape, or choose a cheaper offer or bid.",
  ],
  CapacityExceeded: ([kind, asked, free]) => [
    `At the highest count this needs ${asked} ${KINDS[Number(kind)] ?? "units"}; the provider has ${free} free.`,
    "Lower the shape or the highest count, or choose another provider.",
  ],
  LeaseExists: ([lease], f) => [
    `A lease on exactly these terms was opened before (${f.hex(lease)}).`,
    "Choose another salt: try again, and a new one is drawn.",
  ],
  LeaseUnknown: ([lease], f) => [
    `No lease ${f.hex(lease)} was opened on these terms, or in this currency.`,
    "Load the lease again, and state its terms as they were agreed.",
  ],
  LeaseIsClosed: () => [
    "The lease is closed.",
    "Open another one. What is left of the money comes back as a refund.",
  ],
  LeaseIsOpen: () => ["The lease is still open.", "Withdraw instead, or close the lease first."],
  NotAllowed: ([caller], f) => [
    `${f.hex(caller)} has no right to this.`,
    "Switch to the account to which the lease, the order or the offer belongs.",
  ],
  NoticeRunning: ([until], f) => [
    `The provider may not close this lease before ${f.time(until)}.`,
    "Give notice first, and close when it has passed.",
  ],

  // Orders and bids
  OrderExists: () => ["Exactly this order was opened before.", "Choose another salt."],
  OrderClosed: () => ["The order is not open: it was cancelled, or a bid has won it.", "Open another order."],
  BadDeadlines: ([deadline, earliest, latest], f) => [
    `The deadline ${f.time(deadline)} is not between ${f.time(earliest)} and ${f.time(latest)}.`,
    "Choose one between them.",
  ],
  BiddingOver: ([until], f) => [`The order took bids until ${f.time(until)}.`, "Bid on another order."],
  AttributeMissing: ([attribute], f) => [
    `The provider lacks the attribute “${f.word(attribute)}” that the order requires.`,
    "Set it, if it is true of the provider, or leave the order to others.",
  ],
  BidExists: () => [
    "This very bid holds already.",
    "Nothing is to be done; to bid otherwise, change the rates or the expiry.",
  ],
  BidsFull: ([most]) => [
    `All ${most} places of the order are taken.`,
    "Displace a bid with a higher reserved rate.",
  ],
  NotBetter: ([reserved, displaced], f) => [
    `A rate of ${f.rate(reserved)} is not below the ${f.rate(displaced)} that it would displace.`,
    "Bid lower, or displace a dearer bid.",
  ],
  AcceptanceOver: ([until], f) => [
    `The order could be accepted until ${f.time(until)}.`,
    "Cancel it, which gives its deposit back, and open another.",
  ],
  BidClosed: () => ["The bid does not hold: it has won or was released.", "Choose another bid."],
  BidExpired: ([expiry], f) => [
    `The bid bound its provider until ${f.time(expiry)}.`,
    "Accept another bid, or ask for new ones.",
  ],
  BidHeld: ([until], f) => [
    `The bid may still win until ${f.time(until)}.`,
    "Release it after that, or once its order is cancelled or won by another.",
  ],
  NotAlike: () => [
    "The lease cannot go on there: shape, currency, manifest or the kind of money differ.",
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
        `${who} is bound: one call may move ${f.amount(allowed)} without consent, and this moves ${f.amount(asked)}.`,
        remedy,
      ]
    if (limit === 2)
      return [
        `${who} is bound: ${f.amount(allowed)} may be in the market without consent, and this makes it ${f.amount(asked)}.`,
        remedy,
      ]
    return [
      `${who} is bound, and every change of how it is bound needs its approvers.`,
      "Propose it to them.",
    ]
  },
  NotArbiters: ([caller], f) => [
    `Only the arbiters may do this, and ${f.hex(caller)} does not act for them.`,
    "Use the arbiters' account, or carry its approvers' consents.",
  ],
  NotBound: ([account], f) => [
    `${f.hex(account)} is free: nothing of it takes consents.`,
    "Do it directly, or bind the account first.",
  ],
  BadApprovers: () => [
    "This is no list of approvers that can be used here.",
    "Each once, without the account itself, with a threshold from 1 to their number; and those of the binding in force.",
  ],
  NonceUsed: ([, nonce]) => [
    `The account has taken an action with the nonce ${nonce}: probably this one.`,
    "Check whether it was taken; else propose it anew.",
  ],
  ConsentExpired: ([expiry], f) => [
    `The consents held until ${f.time(expiry)}.`,
    "Propose the action anew, with a later expiry.",
  ],
  ConsentUnordered: ([approver], f) => [
    `The consent of ${f.hex(approver)} is out of order, or given twice.`,
    "Order the consents by their approvers, one each.",
  ],
  NotApprover: ([account], f) => [
    `${f.hex(account)} is no approver of this account.`,
    "Have its present approvers consent to exactly this action, under the binding in force.",
  ],
  ConsentRevoked: ([approver], f) => [
    `${f.hex(approver)} has taken its consent to this back, for good.`,
    "Leave that consent out, or propose the action anew.",
  ],
  ConsentsMissing: ([consents, threshold]) => [
    `${consents} of the ${threshold} consents that this takes are there.`,
    "Collect the others.",
  ],

  // Steps by proof
  SameReplicas: ([replicas]) => [`The lease stands at ${replicas} replicas already.`, ""],
  CooldownRunning: ([until], f) => [
    `The policy's cooldown runs until ${f.time(until)}.`,
    "The provider steps after that; the tenant may scale at any time.",
  ],
  StepTooLarge: ([moved, step]) => [
    `One step may move ${step} replicas; this moves ${moved}.`,
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
    `Step to ${limit} at the furthest; only the tenant may go further.`,
  ],
  StatementUsed: ([time, since], f) => [
    `The statement of ${f.time(time)} is not younger than the last step, of ${f.time(since)}.`,
    "Step by the statement of a later epoch.",
  ],
  StatementStale: ([time, oldest], f) => [
    `The statement of ${f.time(time)} is too old: it must end after ${f.time(oldest)}.`,
    "Step by the newest statement.",
  ],
  SettlementDue: ([settledAt], f) => [
    `The provider has settled nothing of the lease since ${f.time(settledAt)}.`,
    "It settles the newest matured statement first, then steps.",
  ],

  // Money
  WrongValue: ([sent, expected], f) => [
    `${f.wei(sent)} were sent along where ${f.wei(expected)} belong.`,
    `Send exactly ${f.wei(expected)}.`,
  ],
  NothingReceived: () => [
    "The amount is zero, or the token delivered nothing.",
    "Name an amount above zero; use a token that delivers.",
  ],
  InsufficientFunds: ([available, required], f) => [
    `${f.amount(available)} are there where ${f.amount(required)} are needed.`,
    `Add ${f.amount(required - available)}, or ask for less. A lease keeps what may be owed and its notice period's money.`,
  ],
  NothingToPay: () => [
    "There is nothing to pay out: the amount is zero, or all of it may still be owed.",
    "Wait until what may be owed is settled or has lapsed.",
  ],

  // Proofs
  WrongEpoch: ([epoch, expected]) => [
    `Epoch ${epoch} was posted where ${expected} is next.`,
    `Post epoch ${expected}.`,
  ],
  RootTooSoon: ([until], f) => [`The next root may be posted at ${f.time(until)}.`, "Post it then."],
  RootUnknown: ([, epoch]) => [
    `There is no root of epoch ${epoch}, or it is kept no longer.`,
    "Use the newest matured root; statements are cumulative.",
  ],
  RootImmature: ([until], f) => [
    `The root matures at ${f.time(until)}.`,
    "Settle after that, by an older root, or with the tenant's countersignature.",
  ],
  BadPath: () => [
    "The path does not lead from the statement to the root.",
    "Use statement, path and root of the same epoch.",
  ],
  StatementFromFuture: ([time], f) => [
    `The statement speaks of ${f.time(time)}, which had not come.`,
    "Take the chain's time, not the machine's.",
  ],
  StatementLapsed: ([time, oldest], f) => [
    `The statement of ${f.time(time)} is older than the claim window, which begins at ${f.time(oldest)}.`,
    "Settle a younger one; what lapsed went back to the tenant.",
  ],
  BadSignature: () => [
    "The signature is not that of the tenant, or of the approver for which it is given.",
    "Sign again with the right account, on this chain and for this market.",
  ],

  // Faults
  FraudKnown: () => ["A fraud about this lease has been proven before.", ""],
  BadEvidence: () => [
    "The evidence is not of the form that this kind of fraud asks for.",
    "Give one leaf or two, the earlier first.",
  ],
  NoFraud: () => [
    "What the statements say may be true: no bound is broken.",
    "Dispute what the chain cannot see.",
  ],
  NotSilent: () => [
    "The provider owes no root: it has posted in time, or holds nothing for anybody.",
    "Report again when it has missed enough epochs.",
  ],
  SilenceKnown: () => [
    "The silence was reported, or confirmed, before.",
    "After the grace confirm it; once confirmed, credit the outage.",
  ],
  NotReported: () => [
    "Nobody has reported the provider's silence.",
    "Report it, and confirm after the grace.",
  ],
  GraceRunning: ([until, untilBlock], f) => [
    `The provider may still post a root until ${f.time(until)} and block ${untilBlock}.`,
    "Confirm after both.",
  ],
  NoOutage: () => [
    "No outage of the provider lasts: none was confirmed, or it has posted since.",
    "Report its silence when it falls silent.",
  ],
  CreditPaid: ([, epoch]) => [`The lease had its credit for the outage after epoch ${epoch}.`, ""],
  LeaseTooYoung: ([since, latest], f) => [
    `The outage has not harmed this lease: it stands since ${f.time(since)}, later than ${f.time(latest)}.`,
    "Close the lease, or move it to another provider.",
  ],
  DisputeRunning: () => ["The lease is disputed already.", "Wait for the ruling or its deadline."],
  DisputeTooSoon: ([until], f) => [
    `The lease was disputed before, and may be again from ${f.time(until)}.`,
    "Dispute it after that.",
  ],
  NoDispute: () => ["The lease is not disputed.", ""],
  RulingLate: ([until], f) => [
    `The arbiters could rule until ${f.time(until)}.`,
    "Anyone may end the dispute now: the provider's proofs stand.",
  ],
  RulingAwaited: ([until], f) => [`The arbiters may rule until ${f.time(until)}.`, "End it after that."],
  SlashTooHigh: ([slash, most], f) => [
    `A ruling may take ${f.wei(most)} from the bond at most; this takes ${f.wei(slash)}.`,
    `Rule with at most ${f.wei(most)}.`,
  ],

  // From the libraries
  FailedCall: () => [
    "A call within this one failed without a word: the payee refuses the coin, or the market knows no such function.",
    "Pay to an account that can receive; check the market's address.",
  ],
  InsufficientBalance: ([balance, needed], f) => [
    `The market holds ${f.wei(balance)} where it would pay ${f.wei(needed)}, which cannot be while its books hold.`,
    "Please report the transaction.",
  ],
  SafeERC20FailedOperation: ([token], f) => [
    `The token ${f.hex(token)} refused to move.`,
    "Allow the market to take the amount, see to the balance, or use another currency.",
  ],
  SafeCastOverflowedUintDowncast: ([bits]) => [
    `A number is too large for its field of ${bits} bits.`,
    "Use a smaller amount.",
  ],
  ReentrancyGuardReentrantCall: () => [
    "A token or payee called back into the market while it measured what arrives.",
    "Use another token, or make the call after the first has ended.",
  ],
  AddressEmptyCode: ([target], f) => [
    `There is no contract at ${f.hex(target)} on this chain.`,
    "Check the address and the chain.",
  ],
  InvalidShortString: () => ["A name of the signing domain is damaged.", "Check the contract's address."],
  StringTooLong: () => ["A name of the signing domain is too long.", "Check the contract's address."],
  Error: ([reason]) => [`A contract refused: ${reason}`, ""],
  Panic: ([code]) => [
    `Arithmetic left its range, or a list was read beyond its end (code ${code}).`,
    "Check the amounts.",
  ],

  // Tokens
  ERC20InsufficientAllowance: ([, allowance, needed], f) => [
    `The market may take ${f.amount(allowance)} of your token; this needs ${f.amount(needed)}.`,
    "Allow it the amount, or sign a permit.",
  ],
  ERC20InsufficientBalance: ([sender, balance, needed], f) => [
    `${f.hex(sender)} has ${f.amount(balance)} where ${f.amount(needed)} are needed.`,
    `Get ${f.amount(needed - balance)} more of the token, or use a smaller amount.`,
  ],
  ERC20InvalidApprover: ([approver], f) => [
    `The token lets ${f.hex(approver)} approve nobody.`,
    "Use another account.",
  ],
  ERC20InvalidReceiver: ([receiver], f) => [
    `The token does not move to ${f.hex(receiver)}.`,
    "Choose another recipient.",
  ],
  ERC20InvalidSender: ([sender], f) => [
    `The token does not move from ${f.hex(sender)}.`,
    "Use another account.",
  ],
  ERC20InvalidSpender: ([spender], f) => [
    `The token cannot be approved for ${f.hex(spender)}.`,
    "Check the market's address.",
  ],
  ERC2612ExpiredSignature: ([deadline], f) => [
    `The permit held until ${f.time(deadline)}.`,
    "Sign a new one.",
  ],
  ERC2612InvalidSigner: ([signer, owner], f) => [
    `${f.hex(signer)} signed the permit of ${f.hex(owner)}.`,
    "Sign with the account that owns the tokens.",
  ],
  InvalidAccountNonce: ([, nonce]) => [
    `The permit names another nonce than the ${nonce} that is next.`,
    "Sign a new one.",
  ],
  ECDSAInvalidSignature: () => ["The signature is none.", "Sign again."],
  ECDSAInvalidSignatureLength: ([length]) => [`A signature of ${length} bytes is none.`, "Sign again."],
  ECDSAInvalidSignatureS: () => ["The signature is of a form that is not accepted.", "Sign again."],
}
