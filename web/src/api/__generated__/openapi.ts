// Generated from orchestrator/openapi.json by `npm run api`; do not edit.
export interface paths {
    "/config.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the configuration of the web page. 404 when this provider serves no page. */
        get: operations["getPageConfig"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/epochs/{epoch}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get all statements of an epoch whose root is on chain, with their paths. */
        get: operations["getEpoch"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/errors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the manual of the contract's errors. */
        get: operations["listContractErrors"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Events of the market, oldest first.
         * @description 409 when a reorg has reverted the cursor's block.
         */
        get: operations["listEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/evidence/{hash}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Download evidence.
         * @description The bytes are untrusted: the response is an attachment and forbids rendering.
         */
        get: operations["getEvidence"];
        /**
         * Upload the evidence of an open dispute: the bytes whose keccak256 the dispute names.
         * @description At most 1 MiB. Needs no session.
         */
        put: operations["putEvidence"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/leases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List leases of the market, oldest first. */
        get: operations["listLeases"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/leases/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a lease with its terms, containers and progress. */
        get: operations["getLease"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/leases/{id}/accesses": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the access log of a lease, newest first. Only for its tenant.
         * @description Entries are kept for 90 days.
         */
        get: operations["listAccesses"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/leases/{id}/demand": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the observations of a lease's autoscaler, oldest first: a demand trace. Needs scope `view`. */
        get: operations["listLeaseDemand"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/leases/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Events of a lease, oldest first. */
        get: operations["listLeaseEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/leases/{id}/grants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the valid grants of a lease. Only for its tenant. */
        get: operations["listGrants"];
        put?: never;
        /**
         * Store a grant that the lease's tenant has signed.
         * @description Needs no session: the signature authorizes it. 409 when the tenant revoked it, or when a newer grant for the same account
         *     exists.
         */
        post: operations["createGrant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/leases/{id}/grants/{grantee}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke an account's grants. Only for the lease's tenant.
         * @description Grants that the tenant signed earlier for this account stay refused.
         */
        delete: operations["deleteGrant"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/leases/{id}/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Stream a lease's usage as it is sampled. Needs scope `view`.
         * @description Server-sent events: `live` (LiveUsageView), and at last `end` (`{reason}`).
         */
        get: operations["streamUsage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/leases/{id}/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get log lines of a lease's containers, in order of time. Needs scope `logs`. */
        get: operations["getLogs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/leases/{id}/manifest": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Download a lease's manifest. Needs scope `view`. */
        get: operations["getManifest"];
        /** Upload a lease's manifest: the bytes of a Compose file, whose keccak256 is in the lease's terms. */
        put: operations["putManifest"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/leases/{id}/proofs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List a lease's statements whose roots are on chain, newest first. */
        get: operations["listProofs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/leases/{id}/proofs/{epoch}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a lease's statement of an epoch with its path to the root on chain. */
        get: operations["getProof"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/leases/{id}/scaling": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a lease's scaling: its autoscaler, its decisions, and the comparison with the shadow autoscaler. */
        get: operations["getLeaseScaling"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/leases/{id}/series": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a lease's usage over time. Needs scope `view`.
         * @description All samples are kept for a day, and one a minute for a month.
         */
        get: operations["getUsageSeries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/leases/{id}/shell": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Open a shell or run a command in a container, over a WebSocket. Needs scope `shell`.
         * @description Binary frames carry bytes in both directions. Without a terminal, the provider's frames start with one byte: 1 for
         *     standard output, 2 for standard error. Text frames are JSON: the client sends `{"resize":{"cols":80,"rows":24}}` and
         *     `{"eof":true}`; the provider sends `{"exit":0}` or `{"ended":"why"}` and closes.
         */
        get: operations["openShell"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/leases/{id}/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a lease's usage since it was opened, with samples. Needs scope `view`. */
        get: operations["getLeaseUsage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/manifest/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Check a manifest before opening a lease for it.
         * @description The status is 200 for a refused manifest too: the response lists every reason, with its position.
         */
        post: operations["checkManifest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/market": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the market that this provider serves, and what a client needs to sign for it. */
        get: operations["getMarket"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/offers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List all offers of the market, oldest first. */
        get: operations["listOffers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List orders of the market, oldest first, with this provider's decision about each. */
        get: operations["listOrders"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/proposals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the proposals that concern the caller as account, proposer or approver, newest first. */
        get: operations["listProposals"];
        put?: never;
        /** Store a proposal, for the account's approvers. Needs a session of the account or of one of its approvers. */
        post: operations["createProposal"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/proposals/{digest}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a proposal that concerns the caller. */
        get: operations["getProposal"];
        put?: never;
        post?: never;
        /**
         * Delete a proposal. Only for its account and its proposer.
         * @description Consents that were given remain valid on chain until they are revoked there.
         */
        delete: operations["deleteProposal"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/proposals/{digest}/consents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Add an approver's signature to a proposal. */
        post: operations["addConsent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/provider": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get this provider's account: earnings, capacity, costs, and alarms. */
        get: operations["getProviderAccount"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/providers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List all providers that ever registered, by address. */
        get: operations["listProviders"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/screen": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Screen an order against this provider's open offers: which match, what they cost, and why the others do not match. */
        get: operations["screenOrder"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the current session. */
        get: operations["getSession"];
        put?: never;
        /**
         * Sign in with a signed message (EIP-4361).
         * @description Sets a session cookie, or returns a bearer token. 400 for a malformed message; 401 for a wrong signature, nonce, domain,
         *     chain or time.
         */
        post: operations["createSession"];
        /** Sign out: end the current session. */
        delete: operations["deleteSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/session/nonce": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Create a nonce for a sign-in message. */
        post: operations["createNonce"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the state of the orchestrator, with each stage's last run. */
        get: operations["getStatus"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Stream the market's events as server-sent events.
         * @description `head` (HeadView): a new block. `event` (EventView). `reorg` (`{number}`): discard this block and all later ones; their
         *     replacements follow. `beat`: a keep-alive, every three seconds. A client that reconnects with `Last-Event-ID` continues
         *     without a gap or a duplicate. A client that reads too slowly is disconnected. 503 when too many streams are open.
         */
        get: operations["streamEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * @description What was read or changed.
         * @enum {string}
         */
        AccessKind: "usage" | "series" | "live" | "demand" | "manifest" | "logs" | "shell" | "grant" | "revoke";
        /** @description An entry of the access log: a read of a lease's inside, or a change of its grants. */
        AccessView: {
            /**
             * Format: int64
             * @description Unix milliseconds of the provider's clock.
             */
            atMs: number;
            /** @description Details for people, such as the command of a shell. */
            detail: string;
            /** @description What was read or changed. */
            what: components["schemas"]["AccessKind"];
            /** @description The account that signed in; for a grant, the tenant. */
            who: components["schemas"]["Address"];
        };
        /**
         * Format: address
         * @description 20 bytes in 0x hex; answers use the mixed case of EIP-55.
         */
        Address: `0x${string}`;
        /**
         * @description What an alarm is about.
         * @enum {string}
         */
        AlarmKind: "stage" | "chain" | "clock" | "gas" | "wallet" | "intents" | "roots" | "bond" | "draining";
        /** @description A condition that needs the provider's attention. */
        AlarmView: {
            /** @description What it is about. */
            kind: components["schemas"]["AlarmKind"];
            /** @description For people: what is wrong. */
            message: string;
            /** @description For people: what to do. */
            remedy: string;
        };
        /** @description A provider's bid on an order. */
        BidView: {
            /**
             * Format: int32
             * @description Unix seconds.
             */
            expiry: number;
            id: components["schemas"]["Hex"];
            provider: components["schemas"]["Address"];
            rates: components["schemas"]["RatesArgument"];
        };
        /** @description The bounds of a replica count. */
        BoundsView: {
            /**
             * Format: int32
             * @description The most replicas that the lease's funds cover.
             */
            affordable: number;
            /**
             * Format: int32
             * @description Of the lease policy.
             */
            max: number;
            /**
             * Format: int32
             * @description Of the lease policy.
             */
            min: number;
        };
        /** @description Resources in total. */
        CapacityView: {
            /** Format: int64 */
            diskMiB: number;
            /** Format: int64 */
            gpus: number;
            /** Format: int64 */
            memoryMiB: number;
            /** Format: int64 */
            millicores: number;
        };
        /** @description A service of a manifest. */
        CheckedServiceView: {
            image: string;
            name: string;
            /** @description Ports in the container. */
            ports: number[];
        };
        /** @description A settlement of a lease. */
        ClaimView: {
            /** @description Base units. */
            amount: string;
            currency: components["schemas"]["Address"];
            lease: components["schemas"]["Hex"];
            /**
             * Format: int64
             * @description Unix seconds of the chain.
             */
            time: number;
            tx: components["schemas"]["Hex"];
        };
        /** @description An approver's signature of an action. */
        ConsentView: {
            approver: components["schemas"]["Address"];
            /** @description 65 bytes of a key, or what a contract accepts by EIP-1271. */
            signature: components["schemas"]["Hex"];
        };
        /** @description A container of a lease, as last observed. */
        ContainerView: {
            /** @description The engine's container id. */
            container: string;
            /** @description The engine's health status; null without a health check. */
            health: string | null;
            /** @description The digest or id of the image that runs. */
            image: string;
            /** @description From a container's port, such as `80/tcp`, to the published address on the provider's machine. */
            ports: {
                [key: string]: string;
            };
            /**
             * Format: int32
             * @description From 0.
             */
            replica: number;
            /** @description The service of the manifest. */
            service: string;
            /** @description The engine's state (`created`, `running`, `exited`, …), or `warm` for a container that is created ahead of demand. */
            state: string;
        };
        /** @description An entry of the manual of the contract's errors. */
        ContractErrorView: {
            cause: string;
            meaning: string;
            /** @description The error's name in Solidity. */
            name: string;
            remedy: string;
        };
        /** @description An observation at a time: one line of a demand trace. */
        DemandView: {
            /** @description What the autoscaler observed. */
            seen: components["schemas"]["ObservationView"];
            /**
             * Format: double
             * @description Unix seconds of the provider's clock.
             */
            time: number;
        };
        /** @description An EIP-712 domain. */
        DomainView: {
            /** Format: int64 */
            chainId: number;
            name: string;
            verifyingContract: components["schemas"]["Address"];
            version: string;
        };
        /** @description Earnings in one currency, base units. */
        EarningsView: {
            currency: components["schemas"]["Address"];
            /** @description All that leases have paid. */
            earned: string;
            /** @description All that the provider has withdrawn. */
            withdrawn: string;
        };
        /** @description A statement of an epoch, with its path. */
        EpochStatementView: {
            /** @description The lease's id. */
            lease: components["schemas"]["Hex"];
            /** @description The siblings, from the leaf to the root. */
            path: components["schemas"]["Hex"][];
            /** @description The statement. */
            usage: components["schemas"]["StatementArgument"];
        };
        /** @description All statements of a provider under one root. */
        EpochView: {
            /** Format: int64 */
            epoch: number;
            /**
             * Format: int64
             * @description When the root was posted, Unix seconds of the chain.
             */
            postedAt: number;
            provider: components["schemas"]["Address"];
            root: components["schemas"]["Hex"];
            statements: components["schemas"]["EpochStatementView"][];
        };
        /** @description The body of every response with an error status. */
        ErrorView: {
            /**
             * @description For programs: `bad_request` (400), `unauthorized` (401), `forbidden` (403), `not_found` (404), `conflict` (409),
             *     `too_large` (413), `busy` (429), `internal` (500) or `unavailable` (503).
             */
            code: string;
            /** @description For people: what is wrong, and what to do. */
            message: string;
        };
        /** @description An event that the market's contract emitted. */
        EventView: {
            /** @description The arguments by their names in Solidity. Numbers are decimal text, structs are objects. */
            args: {
                [key: string]: unknown;
            };
            /**
             * Format: int64
             * @description The block's number.
             */
            block: number;
            /**
             * @description The event's position: `BLOCK.LOG`, and in a recent block also the first 8 bytes of its hash. Pass it back as `after`
             *     or `before`.
             */
            cursor: string;
            /** @description The event's name in Solidity. */
            name: string;
            /**
             * @description What the event is about: a lease's id, the address of a provider or an account, `order:ID`, an offer's number, or
             *     `market`.
             */
            subject: string;
            /**
             * Format: int64
             * @description The block's time, Unix seconds.
             */
            time: number;
            /** @description The transaction's hash. */
            tx: components["schemas"]["Hex"];
        };
        /** @description A fault of a provider. */
        FaultView: {
            /** @description Wei slashed from the bond; null when the event names no amount. */
            amount: string | null;
            /** @description The event: `Slashed`, `FraudProven`, `OutageCredited` or `SilenceConfirmed`. */
            name: string;
            /**
             * Format: int64
             * @description Unix seconds of the chain.
             */
            time: number;
            tx: components["schemas"]["Hex"];
        };
        /** @description Gas use of one kind of transaction. */
        GasByKindView: {
            /**
             * Format: int64
             * @description Transactions.
             */
            count: number;
            /** Format: int64 */
            gas: number;
            /** @description The kind of intent, such as `root` or `claim`. */
            kind: string;
        };
        /** @description Gas use against the budget. */
        GasView: {
            /** @description The last day, by kind of transaction. */
            byKind: components["schemas"]["GasByKindView"][];
            /** @description Upper bound of the fees of the last day, wei: the gas used at the highest fee that was signed for it. */
            feesLastDay: string;
            /**
             * Format: int64
             * @description Gas used in the last day.
             */
            lastDay: number;
            /**
             * Format: int64
             * @description Gas used in the last hour.
             */
            lastHour: number;
            /**
             * Format: int64
             * @description The budget of an hour.
             */
            perHour: number;
        };
        GrantArgument: {
            /** Format: int64 */
            expiry: number;
            grantee: components["schemas"]["Address"];
            /**
             * Format: int64
             * @description When the grant was issued, Unix seconds, as signed. Not in the future of the provider's clock.
             */
            issuedAt: number;
            /** @description What the grant allows; each scope includes those before it. */
            scope: components["schemas"]["Scope"];
            /** @description The tenant's EIP-712 signature of `Grant`. */
            signature: components["schemas"]["Hex"];
        };
        /** @description A tenant's grant of access to the inside of a lease. Times are Unix seconds, as signed. */
        GrantView: {
            /** Format: int64 */
            expiry: number;
            /** @description The account that gets access. */
            grantee: components["schemas"]["Address"];
            /** Format: int64 */
            issuedAt: number;
            /** @description The lease's id. */
            lease: components["schemas"]["Hex"];
            /** @description What it allows; each scope includes those before it. */
            scope: components["schemas"]["Scope"];
        };
        /** @description A block. */
        HeadView: {
            hash: components["schemas"]["Hex"];
            /** Format: int64 */
            number: number;
            /**
             * Format: int64
             * @description Unix seconds.
             */
            time: number;
        };
        /**
         * Format: hex
         * @description Bytes in 0x hex.
         */
        Hex: `0x${string}`;
        /** @description Transaction intents in one state. */
        IntentCountView: {
            /** Format: int64 */
            count: number;
            /** @description The state. */
            state: components["schemas"]["IntentState"];
        };
        /**
         * @description The state of a transaction intent: stored, sent, in a block, final, or given up.
         * @enum {string}
         */
        IntentState: "prepared" | "sent" | "mined" | "final" | "failed";
        /**
         * @description `active`, `exhausted` (its funds are spent) or `closed`.
         * @enum {string}
         */
        LeaseStatus: "active" | "exhausted" | "closed";
        /** @description A lease in a list. */
        LeaseSummary: {
            /**
             * Format: int64
             * @description Unix seconds of the chain; null while the lease is open.
             */
            closedAt: number | null;
            /**
             * Format: int64
             * @description The deadline of the arbiters' ruling, Unix seconds of the chain; null without a dispute. A dispute freezes payments.
             */
            disputedUntil: number | null;
            /** @description The lease's id, 32 bytes. */
            id: components["schemas"]["Hex"];
            money: components["schemas"]["MoneyView"];
            /**
             * Format: int32
             * @description The offer that was taken; 0 for a lease of an auction.
             */
            offer: number;
            /**
             * Format: int64
             * @description Unix seconds of the chain.
             */
            openedAt: number;
            /**
             * Format: int64
             * @description The block that opened the lease.
             */
            openedBlock: number;
            /** @description The provider's account. */
            provider: components["schemas"]["Address"];
            replicas: components["schemas"]["ReplicasView"];
            /** @description As of the newest block. */
            status: components["schemas"]["LeaseStatus"];
            /** @description The tenant's account. */
            tenant: components["schemas"]["Address"];
        };
        /** @description The meter's cumulative counters since the lease was opened, with recent samples. */
        LeaseUsageView: {
            /** @description CPU time, nanoseconds, decimal text. */
            cpuNanos: string;
            /** @description The lease's id. */
            lease: components["schemas"]["Hex"];
            /** @description Memory use integrated over time, byte-seconds, decimal text. */
            memoryByteSeconds: string;
            /** @description Bytes received and sent, decimal text. */
            networkBytes: string;
            /**
             * Format: int64
             * @description Seconds, summed over healthy replicas.
             */
            replicaSeconds: number;
            /**
             * Format: int64
             * @description The last sample, Unix milliseconds of the provider's clock; 0 before the first.
             */
            sampledAtMs: number;
            /** @description Oldest first. */
            samples: components["schemas"]["UsageSampleView"][];
        };
        /** @description A lease with its terms, containers and progress. */
        LeaseView: components["schemas"]["LeaseSummary"] & {
            containers: components["schemas"]["ContainerView"][];
            manifest: components["schemas"]["ManifestView"];
            /**
             * Format: int64
             * @description Milliseconds from the first observation of the lease until all its replicas were healthy for the first time; null
             *     before.
             */
            openedToRunningMs: number | null;
            /** @description The lease policy on chain. */
            policy: components["schemas"]["PolicyView"];
            /** @description Why the lease does not run although it should; null when it runs. */
            reason: string | null;
            /** @description The services that the gateway serves. Empty before the manifest is uploaded and after the lease has closed. */
            served: components["schemas"]["ServedServiceView"][];
            /** @description The terms, as the contract's calls take them. */
            terms: components["schemas"]["TermsArgument"];
            /** @description The progress at each stage, in the order of the flow. */
            timeline: components["schemas"]["StageProgressView"][];
        };
        /** @description A lease's mean usage between two samples, with its demand at the gateway. */
        LiveUsageView: {
            /**
             * Format: int64
             * @description Unix milliseconds of the provider's clock.
             */
            atMs: number;
            /**
             * Format: double
             * @description Cores.
             */
            cpu: number;
            /**
             * Format: double
             * @description Requests per second to which no replica responded.
             */
            failed: number | null;
            /**
             * Format: int32
             * @description Requests in flight at replicas.
             */
            inFlight: number | null;
            /**
             * Format: double
             * @description 99th percentile of the last ten seconds, seconds; null without a response in that time.
             */
            latency: number | null;
            /**
             * Format: double
             * @description Bytes.
             */
            memoryBytes: number;
            /**
             * Format: double
             * @description Bytes per second, received and sent.
             */
            network: number;
            /**
             * Format: double
             * @description Healthy replicas.
             */
            replicas: number;
            /**
             * Format: double
             * @description Requests per second; null for a lease without a request since the process started. The same holds for the fields
             *     below.
             */
            requests: number | null;
            /**
             * Format: int32
             * @description Queued requests.
             */
            waiting: number | null;
        };
        /** @description A line that a container wrote. */
        LogLineView: {
            /**
             * Format: int64
             * @description Unix milliseconds of the engine's clock.
             */
            atMs: number;
            /** @description The text, without its line break. */
            line: string;
            /**
             * Format: int32
             * @description From 0.
             */
            replica: number;
            /** @description The service of the manifest. */
            service: string;
            /** @description The output stream. */
            stream: components["schemas"]["LogStream"];
        };
        /**
         * @description The output stream of a container.
         * @enum {string}
         */
        LogStream: "stdout" | "stderr";
        /** @description What a manifest declares, or all reasons why it is refused. */
        ManifestCheckView: {
            /** @description keccak256 of the bytes, as a lease's terms name it. */
            hash: components["schemas"]["Hex"];
            /** @description Whether the manifest is accepted. */
            ok: boolean;
            /** @description The autoscaler. */
            policy: string;
            /** @description Every reason for a refusal. Empty when the manifest is accepted. */
            refusals: components["schemas"]["ManifestRefusalView"][];
            /** @description The services of an accepted manifest. */
            services: components["schemas"]["CheckedServiceView"][];
            /** @description The shadow autoscaler; null without one. */
            shadow: string | null;
        };
        /** @description A refusal with its position in the file. */
        ManifestRefusalView: {
            /** @description From 1; null when the whole file is refused. */
            column: number | null;
            /** @description From 1; null when the whole file is refused. */
            line: number | null;
            /** @description For people. */
            message: string;
            /** @description The path of the key, such as `services.web.image`. */
            path: string;
        };
        /** @description The manifest of a lease. */
        ManifestView: {
            /** @description keccak256 of the manifest's bytes, as in the lease's terms. */
            hash: components["schemas"]["Hex"];
            /** @description Whether the tenant has uploaded it. */
            received: boolean;
        };
        /** @description The market that this provider serves, and what a client needs to sign for it. */
        MarketView: {
            /**
             * Format: int64
             * @description The block in which the market was deployed.
             */
            block: number;
            /** Format: int64 */
            chainId: number;
            /** @description The EIP-712 domain of manifests, grants, actions and countersignatures. */
            domain: components["schemas"]["DomainView"];
            /** @description This provider's registered endpoint; empty before the registration. */
            endpoint: string;
            head: components["schemas"]["HeadView"] | null;
            /** @description Whether the market accepts new leases, orders, bids and providers. */
            intakeOpen: boolean;
            /** @description The Solidity types of a leaf's values, for `StandardMerkleTree`. */
            leafEncoding: string[];
            /** @description The address of the market's contract. */
            market: components["schemas"]["Address"];
            /** @description The contract's parameters by name: seconds, counts, wei, and the arbiters' address, as text. */
            parameters: {
                [key: string]: string;
            };
            /** @description This provider's account. */
            provider: components["schemas"]["Address"];
            /** @description The X25519 public key to which tenants seal secrets; empty before the registration. */
            sealingKey: components["schemas"]["Hex"];
            /** @description The EIP-712 types that are signed under this domain. */
            types: {
                [key: string]: components["schemas"]["TypedFieldView"][];
            };
        };
        /** @description A lease's account, in base units of its currency unless a field says otherwise. */
        MoneyView: {
            /** @description What is left: deposited minus paid and returned. */
            balance: string;
            /** @description The token's address; the zero address is the chain's native coin. */
            currency: components["schemas"]["Address"];
            /** @description All deposits. */
            deposited: string;
            /** @description The most that the provider may still claim. */
            owed: string;
            /** @description All payments to the provider. */
            paid: string;
            /** @description The reserved rate, base units × 1e12 per second. */
            rate: string;
            /** @description All that went back to the tenant. */
            returned: string;
            /**
             * Format: int64
             * @description Seconds until the funds are exhausted; null while nothing is reserved.
             */
            runway: number | null;
        };
        /** @description What a sign-in message (EIP-4361) must contain. */
        NonceView: {
            /**
             * Format: int64
             * @description The chain id that the message must name.
             */
            chainId: number;
            /**
             * Format: int64
             * @description Unix seconds of the provider's clock. The signed message must arrive before.
             */
            expiresAt: number;
            /**
             * Format: int64
             * @description Unix seconds of the provider's clock, now.
             */
            issuedAt: number;
            /** @description Valid for one sign-in. */
            nonce: string;
            /** @description The statement that the message may contain. */
            statement: string;
        };
        /** @description What an autoscaler observes. */
        ObservationView: {
            /**
             * Format: double
             * @description Requests per second; null without a gateway's count.
             */
            arrivals: number | null;
            /**
             * Format: double
             * @description Requests per second that one replica serves; null when it is unknown.
             */
            capacity: number | null;
            /**
             * Format: double
             * @description Seconds from a decision until its replicas are ready.
             */
            delay: number;
            /**
             * Format: double
             * @description Demand in replicas; null when it is unknown.
             */
            demand: number | null;
            /**
             * Format: double
             * @description 99th percentile, seconds; null without a response.
             */
            latency: number | null;
            /**
             * Format: int32
             * @description Healthy replicas.
             */
            ready: number;
            /**
             * Format: int32
             * @description Replicas that are not healthy yet.
             */
            starting: number;
            /**
             * Format: double
             * @description CPU used as a share of the CPU of the ready replicas, 0 to 1; null when it is unknown.
             */
            utilization: number | null;
            /**
             * Format: double
             * @description Requests that waited for a replica.
             */
            waiting: number;
        };
        /** @description A provider's standing price list. */
        OfferView: {
            /** @description The token's address; the zero address is the chain's native coin. */
            currency: components["schemas"]["Address"];
            /** Format: int32 */
            id: number;
            /** @description Whether it can be taken. */
            open: boolean;
            /** @description The price list. */
            prices: components["schemas"]["PricesView"];
            /** @description The provider's account. */
            provider: components["schemas"]["Address"];
        };
        /** @description This provider's decision about an order. */
        OrderDecisionView: {
            bid: components["schemas"]["BidView"] | null;
            /**
             * Format: int64
             * @description Unix milliseconds of the provider's clock; null before the decision.
             */
            decidedAtMs: number | null;
            lease: components["schemas"]["Hex"] | null;
            /** @description Why there is no bid, or why it failed; null otherwise. */
            reason: string | null;
            /** @description Whether inventory is reserved for a bid that is not on chain yet. */
            reserved: boolean;
            /** @description The state of the decision. */
            standing: components["schemas"]["OrderStanding"];
        };
        /**
         * @description The state of this provider's answer to an order.
         * @enum {string}
         */
        OrderStanding: "open" | "declined" | "bidding" | "placed" | "won" | "released" | "failed";
        /** @description An order of the market, with this provider's decision. */
        OrderView: {
            /**
             * Format: int32
             * @description The end of the acceptance, Unix seconds.
             */
            acceptUntil: number;
            /** @description Attributes that a provider must claim, such as `region=eu`. */
            attributes: string[];
            /**
             * Format: int32
             * @description The end of the bidding, Unix seconds.
             */
            bidUntil: number;
            /** @description Bids that hold capacity, the cheapest first. */
            bids: components["schemas"]["BidView"][];
            /**
             * Format: int64
             * @description Unix seconds of the chain; null while the order is open.
             */
            closedAt: number | null;
            currency: components["schemas"]["Address"];
            decision: components["schemas"]["OrderDecisionView"];
            /** @description What the tenant has deposited, base units. */
            deposit: string;
            id: components["schemas"]["Hex"];
            /** @description keccak256 of the manifest's bytes. */
            manifestHash: components["schemas"]["Hex"];
            /** @description The budget: the highest rate that the whole lease may reserve, base units × 1e12 per second. */
            maxRate: string;
            /** @description Whether it is neither accepted nor cancelled. */
            open: boolean;
            /**
             * Format: int64
             * @description Unix seconds of the chain.
             */
            openedAt: number;
            /** Format: int64 */
            openedBlock: number;
            /** @description The lease policy of the future lease. */
            policy: components["schemas"]["PolicyView"];
            /**
             * Format: int32
             * @description The initial count.
             */
            replicas: number;
            /** @description Distinguishes orders that agree in everything else; decimal text. */
            salt: string;
            /** @description What one replica gets. */
            shape: components["schemas"]["ShapeArgument"];
            tenant: components["schemas"]["Address"];
        };
        /** @description `/config.json`: the market that the page uses. A page that is hosted as static files has it as a file. */
        PageConfig: {
            /** @description The URL of the provider's API; empty for the page's own origin. */
            api: string;
            /**
             * Format: int64
             * @description The block in which the market was deployed.
             */
            block: number;
            /** Format: int64 */
            chainId: number;
            /** @description The chain's name for people. */
            chainName: string;
            /** @description The URL of a block explorer with `/tx/` and `/address/`; null without one. */
            explorer: string | null;
            /** @description The address of the market's contract. */
            market: components["schemas"]["Address"];
            /** @description The RPC endpoint for reads without a wallet; null when only the wallet's may be used. */
            rpcUrl: string | null;
            /** @description The project id for WalletConnect; null when it is not offered. */
            walletConnectProjectId: string | null;
        };
        /** @description `LeasePolicy` of the contracts: the bounds within which a lease's replica count may change. */
        PolicyView: {
            /**
             * Format: int32
             * @description Seconds between a step of either side and the provider's next step.
             */
            cooldown: number;
            /**
             * Format: int32
             * @description Utilization below which the provider may remove replicas, percent; 0: never.
             */
            down: number;
            /**
             * Format: int32
             * @description Replicas beyond what proven demand justifies; from zero: the most that the provider may start.
             */
            headroom: number;
            /** Format: int32 */
            maxReplicas: number;
            /** Format: int32 */
            minReplicas: number;
            /**
             * Format: int32
             * @description Replicas that one step may add or remove.
             */
            step: number;
            /**
             * Format: int32
             * @description Utilization to aim for, percent.
             */
            target: number;
            /**
             * Format: int32
             * @description Utilization above which the provider may add replicas, percent; 100: never.
             */
            up: number;
        };
        /** @description A root on chain. */
        PostedRootView: {
            /** Format: int64 */
            epoch: number;
            /**
             * Format: int64
             * @description Gas used by posting it; null when another account's transaction posted it.
             */
            gas: number | null;
            /**
             * Format: int64
             * @description How many statements the root covers.
             */
            leaves: number;
            /**
             * Format: int64
             * @description Unix seconds of the chain.
             */
            postedAt: number;
            root: components["schemas"]["Hex"];
            tx: components["schemas"]["Hex"];
        };
        /** @description `PriceList` of the contracts: base units × 1e12 as text, in decimal or 0x hex. */
        PricesView: {
            /** @description Per CPU-second used. */
            cpuSecond: string;
            /** @description Per MiB of disk and second reserved. */
            diskMiB: string;
            /** @description Per GPU and second reserved. */
            gpu: string;
            /** @description Per MiB of memory and second reserved. */
            memoryMiB: string;
            /** @description Per MiB-second of memory used. */
            memoryMiBSecond: string;
            /** @description Per millicore and second reserved. */
            millicore: string;
            /**
             * Format: int32
             * @description The traffic of one replica that the reserved rate covers, in KiB per second.
             */
            networkKiBps: number;
            /** @description Per MiB received or sent. */
            networkMiB: string;
        };
        /** @description A statement whose root is on chain, without its path. */
        ProofSummary: {
            /** Format: int64 */
            epoch: number;
            /**
             * Format: int64
             * @description When the root was posted, Unix seconds of the chain.
             */
            postedAt: number | null;
            /** @description The Merkle root of the epoch. */
            root: components["schemas"]["Hex"];
            rootTx: components["schemas"]["Hex"] | null;
            /** @description The statement. */
            usage: components["schemas"]["StatementArgument"];
        };
        /** @description A statement with its Merkle path to a root on chain: everything that verifying it needs. */
        ProofView: {
            /** Format: int64 */
            epoch: number;
            /** @description The leaf's hash. */
            leaf: components["schemas"]["Hex"];
            /** @description The Solidity types of the values, for `StandardMerkleTree`. */
            leafEncoding: string[];
            /** @description The lease's id. */
            lease: components["schemas"]["Hex"];
            /** @description How many statements the root covers. */
            leaves: number;
            /** @description The siblings, from the leaf to the root. */
            path: components["schemas"]["Hex"][];
            /**
             * Format: int64
             * @description When the root was posted, Unix seconds of the chain; null before.
             */
            postedAt: number | null;
            /** @description The provider's account. */
            provider: components["schemas"]["Address"];
            /** @description The Merkle root. */
            root: components["schemas"]["Hex"];
            rootTx: components["schemas"]["Hex"] | null;
            /** @description The statement. */
            usage: components["schemas"]["StatementArgument"];
            /** @description The leaf's values as text, in the order of `leafEncoding`. */
            values: string[];
        };
        /** @description An action, in the format of the files of `tidemark … --propose`. */
        ProposalArgument: {
            account: components["schemas"]["Address"];
            /** @description The approvers whose consent is requested. The default is all approvers of the account. */
            approvers?: components["schemas"]["Address"][];
            call: components["schemas"]["Hex"];
            /** Format: int64 */
            chainId: number;
            consents?: components["schemas"]["ConsentView"][];
            digest: components["schemas"]["Hex"];
            /** @description Unix seconds, decimal text; at most 366 days ahead. */
            expiry: string;
            market: components["schemas"]["Address"];
            nonce: string;
            /** @description The proposer's description of the call, at most 32 lines of 500 bytes. */
            says?: string[];
            /** @description Wei sent with the call, decimal text. */
            value: string;
            /** @description The version of the account's binding, decimal text. */
            version: string;
        };
        /** @description An action that waits for consents, in the format of the files of `tidemark … --propose`. */
        ProposalView: {
            /** @description The bound account that would act. */
            account: components["schemas"]["Address"];
            /** @description The approvers whose consent is requested. */
            approvers: components["schemas"]["Address"][];
            /** @description The calldata for the market's contract. */
            call: components["schemas"]["Hex"];
            /** Format: int64 */
            chainId: number;
            /** @description The signatures so far. Each was verified when it arrived. */
            consents: components["schemas"]["ConsentView"][];
            /**
             * Format: int64
             * @description Unix milliseconds of the provider's clock.
             */
            createdAtMs: number;
            /** @description The account that proposed it. */
            createdBy: components["schemas"]["Address"];
            /** @description The EIP-712 digest that approvers sign. */
            digest: components["schemas"]["Hex"];
            /** @description Unix seconds, decimal text. */
            expiry: string;
            market: components["schemas"]["Address"];
            /** @description The action's nonce, decimal text. */
            nonce: string;
            /** @description The proposer's description of the call. It is not verified: the call alone determines what happens. */
            says: string[];
            /** @description Wei sent with the call, decimal text. */
            value: string;
            /** @description The version of the account's binding, decimal text. */
            version: string;
        };
        /** @description This provider's account. All of it follows from the chain except alarms, wallet, gas and margin. */
        ProviderAccountView: {
            /** @description This provider's account. */
            address: components["schemas"]["Address"];
            /** @description What needs the provider's attention. Empty when nothing does. */
            alarms: components["schemas"]["AlarmView"][];
            /** @description Wei. */
            bond: string;
            /** @description What the provider registered. */
            capacity: components["schemas"]["CapacityView"];
            /** @description Settlements, newest first, at most 50. */
            claims: components["schemas"]["ClaimView"][];
            /** @description Whether the provider takes no new leases, for maintenance. */
            draining: boolean;
            /** @description By currency. */
            earnings: components["schemas"]["EarningsView"][];
            /** @description The registered endpoint; empty before the registration. */
            endpoint: string;
            /** @description Gas that the orchestrator's transactions used. */
            gas: components["schemas"]["GasView"];
            /** @description What leases and bids hold on chain. */
            held: components["schemas"]["CapacityView"];
            /** @description Transaction intents, counted by state. */
            intents: components["schemas"]["IntentCountView"][];
            /**
             * Format: int32
             * @description Percent that bids add to the price list.
             */
            margin: number;
            /** @description Withdrawals of earnings, newest first, at most 50. */
            payouts: components["schemas"]["WithdrawalView"][];
            /** @description What is reserved for bids that are not on chain yet. */
            reserved: components["schemas"]["CapacityView"];
            /** @description Roots, newest first, at most 50. */
            roots: components["schemas"]["PostedRootView"][];
            /** @description The last run of each stage, by the stage's name. */
            stages: {
                [key: string]: components["schemas"]["RunView"];
            };
            /** @description Wei in the provider's wallet when it was last read; null before the first read. */
            wallet: string | null;
        };
        /** @description A provider, as far as the chain shows it. */
        ProviderView: {
            /** @description The provider's account. */
            address: components["schemas"]["Address"];
            /** @description The provider's own claims, such as `region=eu`. */
            attributes: string[];
            /** @description Wei. */
            bond: string;
            /** @description The registered capacity. The provider can sell nothing while its bond does not cover it. */
            capacity: components["schemas"]["CapacityView"];
            /** @description The URL of its API, as registered. */
            endpoint: string;
            /**
             * Format: int64
             * @description Those epochs, plus the epochs since the first root that passed without a root while a lease was open.
             */
            epochs: number;
            /**
             * Format: int64
             * @description When the bond may be withdrawn, Unix seconds; null before the exit is announced.
             */
            exitAt: number | null;
            /** @description Faults, newest first, at most 50. */
            faults: components["schemas"]["FaultView"][];
            /** @description What leases and bids hold of the capacity on chain. */
            held: components["schemas"]["CapacityView"];
            /**
             * Format: int64
             * @description Epochs with a root on chain.
             */
            provenEpochs: number;
            /** @description Whether it is registered now. */
            registered: boolean;
            silence: components["schemas"]["Silence"] | null;
        };
        /** @description `Rates` of the contracts: a price list applied to one shape. Base units × 1e12. */
        RatesArgument: {
            /** @description Per CPU-second used. */
            cpuSecond: string;
            /** @description Per MiB-second used. */
            memoryMiBSecond: string;
            /** @description Per MiB received or sent. */
            networkMiB: string;
            /** @description Per healthy replica-second. */
            replicaSecond: string;
            /** @description Per replica and second: the upper bound of a replica's cost. */
            reserved: string;
        };
        /** @description Counts of replicas. A replica counts as running or healthy when all its services do. */
        ReplicasView: {
            /** Format: int32 */
            healthy: number;
            /**
             * Format: int32
             * @description The upper bound of the lease policy.
             */
            max: number;
            /**
             * Format: int32
             * @description The lower bound of the lease policy.
             */
            min: number;
            /** Format: int32 */
            running: number;
            /**
             * Format: int32
             * @description The desired count on chain.
             */
            wanted: number;
        };
        /**
         * @description Why a stage ran: the start of the process, its period, a wakeup (`bell`), or the backoff after a failure.
         * @enum {string}
         */
        RunReason: "start" | "period" | "bell" | "backoff";
        /** @description The last run of a stage. */
        RunView: {
            /** @description What the run counted, by the stage's own names. */
            counts: {
                [key: string]: number;
            };
            /** @description Why the run failed. */
            error: string | null;
            /**
             * Format: int32
             * @description Consecutive failed runs.
             */
            failures: number;
            /**
             * Format: int64
             * @description Runs since the process started.
             */
            iteration: number;
            reason: components["schemas"]["RunReason"];
            /**
             * Format: int64
             * @description Unix milliseconds of the provider's clock.
             */
            startedAtMs: number;
            /** Format: int64 */
            tookMs: number;
        };
        /** @description A scaling decision with its inputs. */
        ScalingDecisionView: {
            /**
             * Format: int64
             * @description Unix milliseconds of the provider's clock.
             */
            atMs: number;
            /** @description Why less was granted than wanted; null when nothing limited it. */
            bound: string | null;
            bounds: components["schemas"]["BoundsView"];
            evidence: components["schemas"]["ScalingEvidenceView"] | null;
            /**
             * Format: int32
             * @description The count that the bounds and the contract allow.
             */
            granted: number;
            /** @description What followed. */
            outcome: components["schemas"]["ScalingOutcome"];
            /** @description The autoscaler. */
            policy: string;
            /**
             * Format: int32
             * @description The desired count on chain at that time.
             */
            present: number;
            /** @description The autoscaler's reason, for people. */
            reason: string;
            /** @description What it observed. */
            seen: components["schemas"]["ObservationView"];
            /**
             * Format: int32
             * @description The count that the autoscaler wants.
             */
            wish: number;
        };
        /** @description The statement that justifies a step. */
        ScalingEvidenceView: {
            /** Format: int64 */
            epoch: number;
            /** @description The leaf's hash. */
            leaf: components["schemas"]["Hex"];
            /**
             * Format: int64
             * @description The statement's time, Unix seconds.
             */
            time: number;
            /**
             * Format: int32
             * @description Basis points.
             */
            utilization: number;
        };
        /**
         * @description What followed from a scaling decision: nothing to change, a step that is held back, a step that waits for its proof, or a step that was sent.
         * @enum {string}
         */
        ScalingOutcome: "steady" | "held" | "proving" | "stepping";
        /** @description The scaling of a lease. */
        ScalingView: {
            compared: components["schemas"]["ShadowComparisonView"] | null;
            /** @description The lease's id. */
            lease: components["schemas"]["Hex"];
            newest: components["schemas"]["ScalingDecisionView"] | null;
            /** @description The autoscaler, as the manifest names it. */
            policy: string;
            /** @description Decisions that differed from the one before, newest first. */
            rulings: components["schemas"]["ScalingDecisionView"][];
            /** @description The shadow autoscaler, whose decisions have no effect; null without one. */
            shadow: string | null;
        };
        /**
         * @description What a grant allows. Each scope includes those before it.
         * @enum {string}
         */
        Scope: "view" | "logs" | "shell";
        /** @description Why an offer does not match. */
        ScreenReasonView: {
            /** @description The error's arguments; numbers are decimal text. */
            arguments: string[];
            /** @description The contract's error with which taking the offer would revert, or `Draining`. */
            error: string;
            /** @description For people: what does not fit, and what would. */
            message: string;
        };
        /** @description The result of screening an order against this provider's open offers. */
        ScreenView: {
            /**
             * Format: int64
             * @description The block as of which the provider's capacity was read.
             */
            block: number;
            /** @description The number of offers that match. */
            matches: number;
            offers: components["schemas"]["ScreenedOfferView"][];
        };
        /** @description One offer, screened. */
        ScreenedOfferView: {
            currency: components["schemas"]["Address"];
            /** @description The reserved rate at the highest count, base units × 1e12 per second. */
            highestRate: string;
            matches: boolean;
            /**
             * Format: int32
             * @description The offer's number.
             */
            offer: number;
            /** @description The reserved rate at the initial count, base units × 1e12 per second. */
            rate: string;
            /** @description The price list applied to the order's shape. */
            rates: components["schemas"]["RatesArgument"];
            /** @description Every reason why the offer does not match. Empty when it matches. */
            reasons: components["schemas"]["ScreenReasonView"][];
        };
        /** @description A service behind the provider's gateway. */
        ServedServiceView: {
            /** @description The URL that names the service in the path, for clients that cannot resolve the host name. */
            pathUrl: string;
            /**
             * Format: int32
             * @description The port in the container.
             */
            port: number;
            /** @description The service of the manifest. */
            service: string;
            /** @description The URL with the service's own host name. */
            url: string;
        };
        /** @description A session. */
        SessionView: {
            /** @description The account that signed in. */
            address: components["schemas"]["Address"];
            /**
             * Format: int64
             * @description Unix seconds of the provider's clock.
             */
            expiresAt: number;
            /** @description The bearer token, only in the response of a sign-in that requested one. */
            token?: string | null;
        };
        /** @description What the shadow autoscaler would have cost and achieved. Times are seconds. */
        ShadowComparisonView: {
            /** @description The shadow autoscaler. */
            policy: string;
            /**
             * Format: double
             * @description The extra cost of the effective autoscaler as a share of its cost; negative when it is cheaper.
             */
            regret: number;
            /**
             * Format: double
             * @description Replica-seconds under the effective autoscaler.
             */
            replicaSeconds: number;
            /** @description Its reason, for people. */
            shadowReason: string;
            /**
             * Format: double
             * @description Replica-seconds under the shadow autoscaler.
             */
            shadowReplicaSeconds: number;
            /**
             * Format: int32
             * @description The count that the shadow autoscaler wants now.
             */
            shadowReplicas: number;
            /**
             * Format: double
             * @description The same under the shadow autoscaler.
             */
            shadowShort: number;
            /**
             * Format: double
             * @description How long demand exceeded the capacity of the ready replicas.
             */
            short: number;
            /**
             * Format: double
             * @description The length of the comparison.
             */
            watched: number;
        };
        /** @description `Shape` of the contracts: the resources of one replica. */
        ShapeArgument: {
            /** Format: int32 */
            diskMiB: number;
            /** Format: int32 */
            gpus: number;
            /** Format: int32 */
            memoryMiB: number;
            /** Format: int32 */
            millicores: number;
        };
        SignInArgument: {
            /** @description The signed text, byte for byte. */
            message: string;
            /** @description 65 bytes of a key, or what a contract accepts by EIP-1271. */
            signature: components["schemas"]["Hex"];
            /** @description Return a bearer token and set no cookie: for programs and for pages of other origins. */
            token?: boolean;
        };
        /**
         * @description A report that a provider's roots are missing: `reported`, then `confirmed`.
         * @enum {string}
         */
        Silence: "reported" | "confirmed";
        /**
         * @description A stage of the orchestrator, in the order of the flow.
         * @enum {string}
         */
        Stage: "chain" | "clearing" | "container" | "meter" | "proof" | "scale" | "settlement";
        /** @description A lease's progress at one stage. */
        StageProgressView: {
            /**
             * Format: int64
             * @description The last change, Unix seconds; null when it is unknown.
             */
            at: number | null;
            /** @description For people. */
            detail: string;
            /** @description The stage. */
            stage: components["schemas"]["Stage"];
            /** @description Its state. */
            state: components["schemas"]["StageState"];
        };
        /**
         * @description `working` goes on; `waiting` needs something from elsewhere, which the detail names.
         * @enum {string}
         */
        StageState: "done" | "working" | "waiting" | "failed";
        /** @description `Statement` of the contracts: a lease's cumulative counters at the end of an epoch. */
        StatementArgument: {
            /** @description CPU time, nanoseconds. */
            cpuNanos: string;
            /** @description Byte-seconds. */
            memoryByteSeconds: string;
            /** @description Bytes received and sent. */
            networkBytes: string;
            /** @description Seconds, summed over healthy replicas. */
            replicaSeconds: string;
            /**
             * Format: int32
             * @description Unix seconds of the chain.
             */
            time: number;
            /**
             * Format: int32
             * @description CPU used as a share of the CPU of the healthy replicas since the statement before, basis points.
             */
            utilization: number;
        };
        /** @description The state of the orchestrator. */
        StatusView: {
            /** @description Whether the provider takes no new leases, for maintenance. */
            draining: boolean;
            head: components["schemas"]["HeadView"] | null;
            /** @description This provider's account. */
            provider: components["schemas"]["Address"];
            /** @description The last run of each stage, by the stage's name. */
            stages: {
                [key: string]: components["schemas"]["RunView"];
            };
            /** @description The version of the program. */
            version: string;
        };
        /** @description `Terms` of the contracts. The contract stores only their hash, as the lease's id. */
        TermsArgument: {
            /** @description The token's address; the zero address is the chain's native coin. */
            currency: components["schemas"]["Address"];
            /** @description keccak256 of the manifest's bytes. */
            manifestHash: components["schemas"]["Hex"];
            provider: components["schemas"]["Address"];
            rates: components["schemas"]["RatesArgument"];
            /** @description Distinguishes leases that agree in all other terms. */
            salt: string;
            shape: components["schemas"]["ShapeArgument"];
            tenant: components["schemas"]["Address"];
        };
        /** @description A field of an EIP-712 type. */
        TypedFieldView: {
            name: string;
            /** @description As in Solidity. */
            type: string;
        };
        /** @description A sample: the cumulative counters at a time. */
        UsageSampleView: {
            /**
             * Format: int64
             * @description Unix milliseconds of the provider's clock.
             */
            atMs: number;
            /** @description CPU time, nanoseconds, decimal text. */
            cpuNanos: string;
            /** @description Byte-seconds, decimal text. */
            memoryByteSeconds: string;
            /** @description Bytes received and sent, decimal text. */
            networkBytes: string;
            /**
             * Format: int64
             * @description Seconds, summed over healthy replicas.
             */
            replicaSeconds: number;
        };
        /**
         * @description A time series of a lease's usage as columns of equal length, oldest first. Each value is the mean since the time before
         *     it.
         */
        UsageSeriesView: {
            /** @description Unix milliseconds of the provider's clock. */
            atMs: number[];
            /** @description Cores. */
            cpu: number[];
            /** @description Bytes. */
            memoryBytes: number[];
            /** @description Bytes per second, received and sent. */
            network: number[];
            /** @description Healthy replicas. */
            replicas: number[];
        };
        /** @description A withdrawal of earnings. */
        WithdrawalView: {
            /** @description Base units. */
            amount: string;
            currency: components["schemas"]["Address"];
            /**
             * Format: int64
             * @description Unix seconds of the chain.
             */
            time: number;
            tx: components["schemas"]["Hex"];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getPageConfig: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageConfig"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
        };
    };
    getEpoch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The epoch's number */
                epoch: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EpochView"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
        };
    };
    listContractErrors: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ContractErrorView"][];
                };
            };
        };
    };
    listEvents: {
        parameters: {
            query?: {
                /** @description Only events after this cursor, from the oldest on. */
                after?: string;
                /** @description Only events before this cursor, or before now with `latest`: the newest of them, oldest first. Excludes `after`. */
                before?: string;
                /** @description The largest number of events, 1 to 1000. The default is 100. */
                limit?: number;
                /** @description Only events about this subject: a lease's id, an address, `order:ID`, an offer's number, or `market`. */
                subject?: string;
                /** @description Only events of this name in Solidity. */
                name?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventView"][];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
        };
    };
    getEvidence: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description keccak256 of the evidence, as the event DisputeOpened names it */
                hash: components["schemas"]["Hex"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": unknown;
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
        };
    };
    putEvidence: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description keccak256 of the evidence, as the event DisputeOpened names it */
                hash: components["schemas"]["Hex"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": string;
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
        };
    };
    listLeases: {
        parameters: {
            query?: {
                /** @description Only leases of this tenant. */
                tenant?: components["schemas"]["Address"];
                /** @description Only leases of this provider. */
                provider?: components["schemas"]["Address"];
                /** @description Includes closed leases. */
                closed?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LeaseSummary"][];
                };
            };
        };
    };
    getLease: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The lease's id, 32 bytes */
                id: components["schemas"]["Hex"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LeaseView"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
        };
    };
    listAccesses: {
        parameters: {
            query?: {
                /** @description Only entries before this time, Unix milliseconds of the provider's clock. */
                before?: number;
                /** @description The largest number of entries. The default is 100, the maximum 1000. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The lease's id, 32 bytes */
                id: components["schemas"]["Hex"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccessView"][];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
        };
    };
    listLeaseDemand: {
        parameters: {
            query?: {
                /** @description Only observations after this time, Unix milliseconds. The default is a day before the newest decision. */
                since?: number;
            };
            header?: never;
            path: {
                /** @description The lease's id, 32 bytes */
                id: components["schemas"]["Hex"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DemandView"][];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
        };
    };
    listLeaseEvents: {
        parameters: {
            query?: {
                /** @description Only events after this cursor, from the oldest on. */
                after?: string;
                /** @description Only events before this cursor, or before now with `latest`: the newest of them, oldest first. Excludes `after`. */
                before?: string;
                /** @description The largest number of events, 1 to 1000. The default is 100. */
                limit?: number;
                /** @description Only events of this name in Solidity. */
                name?: string;
            };
            header?: never;
            path: {
                /** @description The lease's id, 32 bytes */
                id: components["schemas"]["Hex"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventView"][];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
        };
    };
    listGrants: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The lease's id, 32 bytes */
                id: components["schemas"]["Hex"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GrantView"][];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
        };
    };
    createGrant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The lease's id, 32 bytes */
                id: components["schemas"]["Hex"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GrantArgument"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GrantView"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
        };
    };
    deleteGrant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The lease's id, 32 bytes */
                id: components["schemas"]["Hex"];
                /** @description The grantee's address */
                grantee: components["schemas"]["Address"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
        };
    };
    streamUsage: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The lease's id, 32 bytes */
                id: components["schemas"]["Hex"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["LiveUsageView"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
        };
    };
    getLogs: {
        parameters: {
            query?: {
                /** @description Only lines of this service. */
                service?: string;
                /** @description Only lines of this replica. */
                replica?: number;
                /** @description The number of newest past lines. The default is 1000, the maximum 100000 and 16 MiB of text. */
                tail?: number;
                /** @description Only lines since this time, Unix milliseconds of the provider's clock. */
                since?: number;
                /** @description Continue with new lines, as server-sent events: `line` (LogLineView), and at last `end` (`{reason}`). */
                follow?: boolean;
            };
            header?: never;
            path: {
                /** @description The lease's id, 32 bytes */
                id: components["schemas"]["Hex"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LogLineView"][];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
        };
    };
    getManifest: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The lease's id, 32 bytes */
                id: components["schemas"]["Hex"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/yaml": string;
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
        };
    };
    putManifest: {
        parameters: {
            query?: never;
            header: {
                /** @description The tenant's EIP-712 signature of `Manifest`: 65 bytes of a key, or what a contract accepts by EIP-1271 */
                "tidemark-signature": components["schemas"]["Hex"];
            };
            path: {
                /** @description The lease's id, 32 bytes */
                id: components["schemas"]["Hex"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/yaml": string;
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
        };
    };
    listProofs: {
        parameters: {
            query?: {
                /** @description Only epochs before this one. */
                before?: number;
                /** @description The largest number of statements, 1 to 500. The default is 50. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The lease's id, 32 bytes */
                id: components["schemas"]["Hex"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProofSummary"][];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
        };
    };
    getProof: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The lease's id, 32 bytes */
                id: components["schemas"]["Hex"];
                /** @description The epoch's number, or `latest`: the newest whose root is on chain */
                epoch: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProofView"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
        };
    };
    getLeaseScaling: {
        parameters: {
            query?: {
                /** @description The largest number of decisions. The default is 20, the maximum 100. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The lease's id, 32 bytes */
                id: components["schemas"]["Hex"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScalingView"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
        };
    };
    getUsageSeries: {
        parameters: {
            query?: {
                /** @description Only values after this time, Unix milliseconds. The default is five minutes before the newest sample. */
                since?: number;
                /** @description Seconds between two values, at least 1. The default is 1. */
                step?: number;
            };
            header?: never;
            path: {
                /** @description The lease's id, 32 bytes */
                id: components["schemas"]["Hex"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UsageSeriesView"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
        };
    };
    openShell: {
        parameters: {
            query?: {
                /** @description The service. May be omitted when only one runs */
                service?: string;
                /** @description The replica. The default is the first that runs */
                replica?: number;
                /** @description One word of the command; repeated for each word. The default is /bin/sh */
                command?: string[];
                /** @description Whether to allocate a terminal. The default is true */
                tty?: boolean;
                /** @description Columns of the terminal. The default is 80 */
                cols?: number;
                /** @description Rows of the terminal. The default is 24 */
                rows?: number;
            };
            header?: never;
            path: {
                /** @description The lease's id, 32 bytes */
                id: components["schemas"]["Hex"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
        };
    };
    getLeaseUsage: {
        parameters: {
            query?: {
                /** @description Only samples after this time, Unix milliseconds. The default is five minutes before the newest sample. */
                since?: number;
            };
            header?: never;
            path: {
                /** @description The lease's id, 32 bytes */
                id: components["schemas"]["Hex"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LeaseUsageView"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
        };
    };
    checkManifest: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/yaml": string;
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ManifestCheckView"];
                };
            };
        };
    };
    getMarket: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MarketView"];
                };
            };
        };
    };
    listOffers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OfferView"][];
                };
            };
        };
    };
    listOrders: {
        parameters: {
            query?: {
                /** @description Only orders of this tenant. */
                tenant?: components["schemas"]["Address"];
                /** @description Includes accepted and cancelled orders. */
                closed?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrderView"][];
                };
            };
        };
    };
    listProposals: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProposalView"][];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
        };
    };
    createProposal: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProposalArgument"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProposalView"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
        };
    };
    getProposal: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The EIP-712 digest that approvers sign, 32 bytes */
                digest: components["schemas"]["Hex"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProposalView"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
        };
    };
    deleteProposal: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The EIP-712 digest that approvers sign, 32 bytes */
                digest: components["schemas"]["Hex"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
        };
    };
    addConsent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The EIP-712 digest that approvers sign, 32 bytes */
                digest: components["schemas"]["Hex"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConsentView"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProposalView"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
        };
    };
    getProviderAccount: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderAccountView"];
                };
            };
        };
    };
    listProviders: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderView"][];
                };
            };
        };
    };
    screenOrder: {
        parameters: {
            query: {
                /** @description CPU of one replica, in thousandths of a core. */
                millicores: number;
                /** @description Memory of one replica, in MiB. */
                memoryMiB: number;
                /** @description Disk of one replica, in MiB. */
                diskMiB?: number;
                /** @description GPUs of one replica. */
                gpus?: number;
                /** @description The initial count. The default is 1. */
                replicas?: number;
                /** @description The least count. The default is `replicas`. */
                min?: number;
                /** @description The highest count. The default is `replicas`. */
                max?: number;
                /** @description The budget: the highest rate of the whole lease, base units × 1e12 per second. */
                maxRate?: string;
                /** @description The deposit, base units. */
                deposit?: string;
                /** @description Only offers in this token; the zero address is the chain's native coin. */
                currency?: components["schemas"]["Address"];
                /** @description Attributes that the provider must claim, separated by commas: `region=eu,disk=ssd`. */
                attributes?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScreenView"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
        };
    };
    getSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionView"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
        };
    };
    createSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignInArgument"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionView"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
        };
    };
    deleteSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
        };
    };
    createNonce: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NonceView"];
                };
            };
        };
    };
    getStatus: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StatusView"];
                };
            };
        };
    };
    streamEvents: {
        parameters: {
            query?: {
                /** @description Only events of this lease. */
                lease?: components["schemas"]["Hex"];
                /**
                 * @description Start after this cursor, or after the id of an earlier item. The default is now. The header `Last-Event-ID` takes
                 *     precedence.
                 */
                after?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": unknown;
                };
            };
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorView"];
                };
            };
        };
    };
}
