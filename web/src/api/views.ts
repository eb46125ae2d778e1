// What a provider's API gives, as `orchestrator/src/api/views.rs` has it. Addresses, hashes and ids are 0x hex; money is a
// decimal string of base units; rates are base units × 1e12 a second; times are Unix seconds of the chain unless a name
// says otherwise.
import type { Address, Hex, TypedDataDomain, TypedDataParameter } from "viem"

export interface MarketView {
  chainId: number
  market: Address
  /** The block in which the market was deployed. */
  block: number
  provider: Address
  endpoint: string
  sealingKey: Hex
  domain: TypedDataDomain
  types: Record<string, TypedDataParameter[]>
  leafEncoding: string[]
  intakeOpen: boolean
  parameters: Record<string, string>
  head: HeadView | null
}

export interface HeadView {
  number: number
  hash: Hex
  time: number
}

export interface CapacityView {
  millicores: number
  memoryMiB: number
  diskMiB: number
  gpus: number
}

export interface OfferView {
  id: number
  provider: Address
  open: boolean
  currency: Address
  /** Base units × 1e12 a second and unit, decimal strings or small numbers. */
  prices: PricesView
}

export interface PricesView {
  millicore: string
  memoryMiB: string
  diskMiB: string
  gpu: string
  cpuSecond: string
  memoryMiBSecond: string
  networkMiB: string
  networkKiBps: number
}

export interface ProviderView {
  address: Address
  registered: boolean
  endpoint: string
  /** Wei. */
  bond: string
  capacity: CapacityView
  /** What leases and bids hold of it on chain. */
  held: CapacityView
  attributes: string[]
  exitAt: number | null
  silence: "reported" | "confirmed" | null
  /** Epochs with a root on chain. */
  provenEpochs: number
  /** The same, and those that passed without a root since the first one while a lease was open. */
  epochs: number
  /** Newest first. */
  faults: FaultView[]
}

export interface FaultView {
  /** The event: `Slashed`, `FraudProven`, `OutageCredited`, `SilenceConfirmed`. */
  name: string
  time: number
  tx: Hex
  /** Wei taken from the bond, when the event says so. */
  amount: string | null
}

export interface PolicyView {
  minReplicas: number
  maxReplicas: number
  target: number
  up: number
  down: number
  cooldown: number
  step: number
  headroom: number
}

export interface ShapeView {
  millicores: number
  memoryMiB: number
  diskMiB: number
  gpus: number
}

export interface RatesView {
  reserved: string
  replicaSecond: string
  cpuSecond: string
  memoryMiBSecond: string
  networkMiB: string
}

export interface TermsView {
  tenant: Address
  provider: Address
  currency: Address
  shape: ShapeView
  rates: RatesView
  manifestHash: Hex
  salt: string
}

export interface MoneyView {
  currency: Address
  deposited: string
  paid: string
  returned: string
  balance: string
  owed: string
  rate: string
  /** Seconds; null when nothing is reserved. */
  runway: number | null
}

export interface LeaseSummary {
  id: Hex
  tenant: Address
  provider: Address
  /** 0 when a bid was accepted. */
  offer: number
  status: "active" | "exhausted" | "closed"
  replicas: { wanted: number; running: number; healthy: number; min: number; max: number }
  money: MoneyView
  openedAt: number
  openedBlock: number
  closedAt: number | null
  disputedUntil: number | null
}

export interface LeaseView extends LeaseSummary {
  terms: TermsView
  policy: PolicyView
  manifest: { hash: Hex; received: boolean }
  containers: ContainerView[]
  served: { service: string; port: number; url: string; pathUrl: string }[]
  reason: string | null
  openedToRunningMs: number | null
  timeline: StepView[]
}

export interface ContainerView {
  service: string
  replica: number
  container: string
  image: string
  state: string
  health: string | null
  ports: Record<string, string>
}

export type Stage = "chain" | "clearing" | "container" | "meter" | "proof" | "scale" | "settlement"

export interface StepView {
  stage: Stage
  state: "done" | "working" | "waiting" | "failed"
  at: number | null
  detail: string
}

export interface UsageArgument {
  time: number
  replicaSeconds: string
  cpuNanos: string
  memoryByteSeconds: string
  networkBytes: string
  /** Basis points. */
  utilization: number
}

export interface ProofView {
  lease: Hex
  provider: Address
  epoch: number
  root: Hex
  postedAt: number | null
  rootTx: Hex | null
  leaf: Hex
  values: string[]
  usage: UsageArgument
  path: Hex[]
  leafEncoding: string[]
  leaves: number
}

/** `GET /v1/leases/{id}/proofs?before=EPOCH&limit=N`: newest first. */
export interface ProofSummary {
  epoch: number
  root: Hex
  postedAt: number | null
  rootTx: Hex | null
  usage: UsageArgument
}

export interface SeenView {
  ready: number
  starting: number
  utilization: number | null
  arrivals: number | null
  waiting: number
  latency: number | null
  capacity: number | null
  delay: number
  demand: number | null
}

export interface RulingView {
  atMs: number
  policy: string
  seen: SeenView
  bounds: { min: number; max: number; affordable: number }
  present: number
  wish: number
  reason: string
  granted: number
  bound: string | null
  outcome: "steady" | "held" | "proving" | "stepping"
  evidence: { epoch: number; time: number; utilization: number; leaf: Hex } | null
}

export interface ScalingView {
  lease: Hex
  policy: string
  shadow: string | null
  newest: RulingView | null
  rulings: RulingView[]
  compared: unknown
}

export interface DemandView {
  /** Unix seconds of the provider's clock. */
  time: number
  seen: SeenView
}

/**
 * `GET /v1/leases/{id}/series?since=MS&step=SECONDS` (scope view): one array a column, oldest first; means between one time and the
 * one before. Times are after `since`, so the last one is the next question's.
 */
export interface SeriesView {
  atMs: number[]
  /** Cores used. */
  cpu: number[]
  memoryBytes: number[]
  /** Bytes a second. */
  network: number[]
  /** Ready replicas, a mean. */
  replicas: number[]
}

/**
 * `GET /v1/leases/{id}/live` (scope view): server-sent `live` events, one a sample. Every stream of a lease's inside ends with one
 * `end` event, {reason}, when the session, the grant or the lease is over.
 */
export interface LiveView {
  atMs: number
  cpu: number
  memoryBytes: number
  network: number
  replicas: number
  /** Requests a second; null for a lease of which none ever came through the gateway. */
  requests: number | null
  /** Of those, a second, what the gateway answered itself because no replica did. */
  failed: number | null
  waiting: number | null
  inFlight: number | null
  /** 99th percentile over the last ten seconds, in seconds. */
  latency: number | null
}

/** `GET /v1/leases/{id}/logs?service=&replica=&tail=&since=MS` (scope logs): an array; with `follow=true` server-sent `line` events. */
export interface LogLine {
  atMs: number
  service: string
  replica: number
  stream: "stdout" | "stderr"
  line: string
}

/**
 * `GET /v1/events?after=CURSOR&limit=N&subject=ID&name=NAME` and `/v1/leases/{id}/events`: oldest first. With
 * `before=CURSOR` or `before=latest` the newest N before it, in their order. 409 when the cursor's block was undone.
 */
export interface EventView {
  /**
   * Where it stands: `block.logIndex`, of a recent block with the beginning of its hash behind (`12.0.89ab…`), so that
   * who comes back to another chain can be told. To be handed back as it is.
   */
  cursor: string
  block: number
  time: number
  tx: Hex
  /** As in Solidity: `LeaseOpened`, `RootPosted`, … */
  name: string
  /** A lease's id, a provider's or an account's address, `order:ID`, an offer's number, or `market`; in lower case. */
  subject: string
  /** Numbers in decimal text, structs as objects. */
  args: Record<string, unknown>
}

/**
 * `GET /v1/stream?lease=ID&after=CURSOR`: server-sent `head` (HeadView), `event` (EventView), `reorg` ({number}: forget what
 * is of this block and later, what took its place follows), `beat` every three seconds. Without a place it begins with the
 * head; behind `after` (a cursor, or the id of an item), and behind Last-Event-ID, it goes on without a gap or a double. It
 * ends when it is read too slowly, and 503 says that no more streams are served.
 */
export type StreamName = "head" | "event" | "reorg" | "beat"

export interface BidView {
  id: Hex
  provider: Address
  rates: RatesView
  expiry: number
}

export interface OrderView {
  id: Hex
  tenant: Address
  currency: Address
  deposit: string
  open: boolean
  shape: ShapeView
  replicas: number
  policy: PolicyView
  maxRate: string
  manifestHash: Hex
  salt: string
  attributes: string[]
  bidUntil: number
  acceptUntil: number
  openedAt: number
  openedBlock: number
  closedAt: number | null
  bids: BidView[]
  decision: {
    standing: string
    reason: string | null
    bid: BidView | null
    lease: Hex | null
    decidedAtMs: number | null
    reserved: boolean
  }
}

export interface ScreenView {
  matches: number
  block: number
  offers: ScreenedView[]
}

export interface ScreenedView {
  offer: number
  currency: Address
  matches: boolean
  rates: RatesView
  rate: string
  highestRate: string
  reasons: { error: string; arguments: string[]; message: string }[]
}

export interface StatusView {
  version: string
  provider: Address
  draining: boolean
  head: HeadView | null
  stages: Partial<Record<Stage, RunView>>
}

/** A stage's last run. */
export interface RunView {
  iteration: number
  reason: "start" | "period" | "bell" | "backoff"
  startedAtMs: number
  tookMs: number
  counts: Record<string, number>
  error: string | null
  /** Runs that failed in a row. */
  failures: number
}

/** `POST /v1/manifest/check`, the Compose file as the body: always 200. */
export interface ManifestCheckView {
  ok: boolean
  hash: Hex
  /** Of a manifest that can run; empty for one that is refused. */
  services: { name: string; image: string; ports: number[] }[]
  policy: string
  shadow: string | null
  /** Lines and columns from 1; null when the place is the whole file. */
  refusals: { line: number | null; column: number | null; path: string; message: string }[]
}

/** `POST /v1/session/nonce`. */
export interface NonceView {
  nonce: string
  chainId: number
  statement: string
  /** Unix seconds of the provider's clock: now; what `Issued At` and a grant's `issuedAt` should say. */
  issuedAt: number
  /** A message has to be signed in before. */
  expiresAt: number
}

/** `POST /v1/session` {message, signature} sets the cookie; with `token: true` the token comes in the answer instead. */
export interface SessionView {
  address: Address
  expiresAt: number
  token?: string
}

export type Scope = "view" | "logs" | "shell"

/**
 * `POST /v1/leases/{id}/grants` {grantee, scope, issuedAt, expiry, signature}; the signature is the tenant's, of the EIP-712 struct
 * `Grant`. Each scope holds the ones before. `issuedAt` must not be in the provider's future (NonceView.issuedAt), the expiry at
 * most 90 days later. `GET` lists them and `DELETE …/{grantee}` revokes, for the tenant.
 */
export interface GrantView {
  lease: Hex
  grantee: Address
  scope: Scope
  issuedAt: number
  expiry: number
}

/** `GET /v1/leases/{id}/accesses` (the tenant alone): newest first. */
export interface AccessView {
  atMs: number
  who: Address
  /** `usage`, `series`, `live`, `demand`, `manifest`, `logs`, `shell`, `grant`, `revoke`. */
  what: string
  detail: string
}

/**
 * What waits for consents; as the files of `tidemark … --propose` are. `POST /v1/proposals` takes such a file (with
 * `approvers`, or all of the account's are asked); `GET /v1/proposals` lists those of whoever is signed in,
 * `GET`/`DELETE /v1/proposals/{digest}` one; `POST /v1/proposals/{digest}/consents` takes {approver, signature}. The account
 * has to be bound, and only it and its approvers propose.
 */
export interface ProposalView {
  chainId: number
  market: Address
  account: Address
  says: string[]
  call: Hex
  value: string
  nonce: string
  expiry: string
  version: string
  digest: Hex
  consents: { approver: Address; signature: Hex }[]
  /** Whom the proposer asks. */
  approvers: Address[]
  createdAtMs: number
  createdBy: Address
}

export interface ErrorView {
  code: string
  message: string
}

/** `/config.json`: where the page finds its market. Beside a page that is hosted as static files it is a file. */
export interface PageConfig {
  /** The provider's API; empty for the page's own origin. */
  api: string
  chainId: number
  chainName: string
  market: Address
  block: number
  /** For reading without a wallet; null: the wallet's alone. */
  rpcUrl: string | null
  /** Of a block explorer with /tx/ and /address/; null for none. */
  explorer: string | null
  walletConnectProjectId: string | null
}
