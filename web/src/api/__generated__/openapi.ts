// Generated from orchestrator/openapi.json by `npm run api`; do not edit.
export interface paths {
    "/config.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where the page finds its market. */
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
        /** All statements of an epoch whose root is on chain, with their paths: whoever watches can judge this provider by them. */
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
        /** The manual of the market's errors. */
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
        /** What happened on the market, oldest first. */
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
        /** The evidence itself: to be saved, not to be shown, because nobody knows what it is. */
        get: operations["getEvidence"];
        /** Hand over the evidence of an open dispute: bytes whose keccak256 it names. */
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
        /** Leases of the market, oldest first. */
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
        /** A lease whole, with its timeline across the seven words. */
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
        /** Who looked inside a lease, newest first; for the tenant. Kept for 90 days. */
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
        /** The demand that a lease's policy saw, oldest first: a trace. Needs `view`. */
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
        /** What happened to a lease, oldest first. */
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
        /** Whom a lease's tenant lets look inside; for the tenant. */
        get: operations["listGrants"];
        put?: never;
        /** Let somebody look inside a lease, by the tenant's signature. Anybody may hand it over. */
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
        /** Let somebody look inside no more; for the tenant. What was signed for them before stays refused. */
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
        /** A lease's use as it is sampled: server-sent `live` events, and one `end` with a reason when the visit is over. Needs `view`. */
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
        /** What a lease's containers printed, in the order of time. Needs `logs`. */
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
        /** A lease's manifest, byte for byte. Needs `view`. */
        get: operations["getManifest"];
        /** Hand over a lease's manifest: the bytes of a Compose file. */
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
        /** A lease's statements whose roots are on chain, newest first. */
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
        /** A lease's statement in an epoch (a number, or `latest`: the newest whose root is on chain) and its path to the root. */
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
        /** A lease's scaling: its policy, the newest ruling, those that differed from the one before, and the policy beside it. */
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
        /** A lease's use over time. Samples are kept for a day, one a minute of them for a month. Needs `view`. */
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
        /** Open a shell, or run a command. Needs `shell`. A WebSocket: see the module for its frames. */
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
        /** What a lease has used since it was opened, and the samples behind it. Needs `view`. */
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
        /** Check a manifest before a lease is opened for it: all that stands against it, at its lines. Always answers 200. */
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
        /** Which market this provider serves, and what a client needs to sign for it. */
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
        /** Every offer of the market, oldest first. */
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
        /** Orders of the market, oldest first, each with this provider's decision and its reason. */
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
        /** Every proposal that concerns whoever is signed in: as account, proposer or approver. The newest first. */
        get: operations["listProposals"];
        put?: never;
        /** Ask an account's approvers for their consents. */
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
        /** One proposal, for whom it concerns. */
        get: operations["getProposal"];
        put?: never;
        post?: never;
        /** Take a proposal back. Consents that were given stay good on chain until they are revoked there. */
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
        /** Hand an approver's signature in. */
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
        /** This provider's own books, with what it should see to. */
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
        /** Every provider that ever registered, by address. */
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
        /** Which of this provider's open offers an order would fit, what it would cost, and why the others do not fit. */
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
        /** Who is signed in. */
        get: operations["getSession"];
        put?: never;
        /** Sign in with a signed message. */
        post: operations["createSession"];
        /** Sign out. */
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
        /** Begin to sign in: what the message has to carry. */
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
        /** How the orchestrator is doing: each stage's last run. */
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
         * Everything from now on, as server-sent events: `head` (HeadView), `event` (EventView), `reorg` ({number}: everything of
         *     this block and later is to be forgotten; what took its cursor follows), `beat` every three seconds. Whoever comes back
         *     with Last-Event-ID goes on where it was, without a gap and without a double. A stream that is read too slowly ends.
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
        /** @description A look inside a lease, or a change of who may. */
        AccessView: {
            /**
             * Format: int64
             * @description Unix milliseconds of the provider's clock.
             */
            atMs: number;
            detail: string;
            /** @description `usage`, `series`, `live`, `demand`, `manifest`, `logs`, `shell`, `grant`, `revoke`. */
            what: components["schemas"]["AccessKind"];
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
        /** @description Something that its provider should see to. */
        AlarmView: {
            /** @description `stage`, `chain`, `clock`, `gas`, `wallet`, `intents`, `roots`, `bond` or `draining`. */
            kind: components["schemas"]["AlarmKind"];
            message: string;
            remedy: string;
        };
        BidView: {
            /** Format: int32 */
            expiry: number;
            id: components["schemas"]["Hex"];
            provider: components["schemas"]["Address"];
            rates: components["schemas"]["RatesArgument"];
        };
        BoundsView: {
            /**
             * Format: int32
             * @description The most replicas that the lease's money covered.
             */
            affordable: number;
            /** Format: int32 */
            max: number;
            /** Format: int32 */
            min: number;
        };
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
        CheckedServiceView: {
            image: string;
            name: string;
            /** @description In the container. */
            ports: number[];
        };
        ClaimView: {
            amount: string;
            currency: components["schemas"]["Address"];
            lease: components["schemas"]["Hex"];
            /** Format: int64 */
            time: number;
            tx: components["schemas"]["Hex"];
        };
        /** @description An approver's signature of an action. */
        ConsentView: {
            approver: components["schemas"]["Address"];
            /** @description 0x hex: 65 bytes of a key, or what a contract accepts by EIP-1271. */
            signature: components["schemas"]["Hex"];
        };
        ContainerView: {
            container: string;
            health: string | null;
            /** @description The digest or id of the image that runs. */
            image: string;
            /** @description Port in the container → address on the provider's machine. */
            ports: {
                [key: string]: string;
            };
            /** Format: int32 */
            replica: number;
            service: string;
            /** @description The engine's word (`created`, `running`, `exited`, …); `warm` for what is made ahead, beyond the wanted replicas. */
            state: string;
        };
        /** @description What one of the market's errors means, and what to do about it. */
        ContractErrorView: {
            cause: string;
            meaning: string;
            name: string;
            remedy: string;
        };
        /** @description What a policy saw until a time. */
        DemandView: {
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
        EarningsView: {
            currency: components["schemas"]["Address"];
            earned: string;
            withdrawn: string;
        };
        EpochStatementView: {
            lease: components["schemas"]["Hex"];
            /** @description The siblings from the leaf up. */
            path: components["schemas"]["Hex"][];
            usage: components["schemas"]["StatementArgument"];
        };
        /** @description All that a provider stated under one root: what a watcher checks. */
        EpochView: {
            /** Format: int64 */
            epoch: number;
            /** Format: int64 */
            postedAt: number;
            provider: components["schemas"]["Address"];
            root: components["schemas"]["Hex"];
            statements: components["schemas"]["EpochStatementView"][];
        };
        /** @description Every error of the API. */
        ErrorView: {
            /** @description A word for programs: `not_found`, `bad_request`, … */
            code: string;
            /** @description A sentence for people: what is wrong and what to do. */
            message: string;
        };
        /** @description One of the market's events. */
        EventView: {
            /** @description By their names in Solidity; numbers in decimal text, structs as objects. */
            args: {
                [key: string]: unknown;
            };
            /** Format: int64 */
            block: number;
            /** @description Where it stands: `BLOCK.LOG`, and of a recent block the beginning of its hash too. */
            cursor: string;
            /** @description As in Solidity. */
            name: string;
            /** @description A lease's id, a provider's or an account's address, `order:ID`, an offer's number, or `market`. */
            subject: string;
            /** Format: int64 */
            time: number;
            tx: components["schemas"]["Hex"];
        };
        FaultView: {
            /** @description Wei taken from the bond, when the event says so. */
            amount: string | null;
            /** @description The event: `Slashed`, `FraudProven`, `OutageCredited`, `SilenceConfirmed`. */
            name: string;
            /** Format: int64 */
            time: number;
            tx: components["schemas"]["Hex"];
        };
        GasByKindView: {
            /** Format: int64 */
            count: number;
            /** Format: int64 */
            gas: number;
            kind: string;
        };
        GasView: {
            /** @description Of the last day. */
            byKind: components["schemas"]["GasByKindView"][];
            /** @description Wei, at most: the gas at the highest fee that was signed for it. */
            feesLastDay: string;
            /** Format: int64 */
            lastDay: number;
            /** Format: int64 */
            lastHour: number;
            /**
             * Format: int64
             * @description The budget.
             */
            perHour: number;
        };
        GrantArgument: {
            /** Format: int64 */
            expiry: number;
            grantee: components["schemas"]["Address"];
            /**
             * Format: int64
             * @description Unix seconds, as signed; at most 90 days apart, and the first not in the provider's future.
             */
            issuedAt: number;
            /** @description `view`, `logs` or `shell`; each holds those before it. */
            scope: components["schemas"]["Scope"];
            /** @description The tenant's EIP-712 signature of `Grant`, in 0x hex. */
            signature: components["schemas"]["Hex"];
        };
        /** @description Whom a tenant lets look inside a lease. Times are Unix seconds, as signed. */
        GrantView: {
            /** Format: int64 */
            expiry: number;
            grantee: components["schemas"]["Address"];
            /** Format: int64 */
            issuedAt: number;
            lease: components["schemas"]["Hex"];
            /** @description `view`, `logs` or `shell`; each holds those before it. */
            scope: components["schemas"]["Scope"];
        };
        HeadView: {
            hash: components["schemas"]["Hex"];
            /** Format: int64 */
            number: number;
            /** Format: int64 */
            time: number;
        };
        /**
         * Format: hex
         * @description Bytes in 0x hex.
         */
        Hex: `0x${string}`;
        IntentCountView: {
            /** Format: int64 */
            count: number;
            /** @description `prepared`, `sent`, `mined`, `final` or `failed`. */
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
            /** Format: int64 */
            closedAt: number | null;
            /**
             * Format: int64
             * @description The arbiters' deadline, while a dispute freezes what is paid.
             */
            disputedUntil: number | null;
            id: components["schemas"]["Hex"];
            money: components["schemas"]["MoneyView"];
            /** Format: int32 */
            offer: number;
            /** Format: int64 */
            openedAt: number;
            /** Format: int64 */
            openedBlock: number;
            provider: components["schemas"]["Address"];
            replicas: components["schemas"]["ReplicasView"];
            /** @description `active`, `exhausted` or `closed`. */
            status: components["schemas"]["LeaseStatus"];
            tenant: components["schemas"]["Address"];
        };
        /** @description Cumulative counters since the lease was opened. */
        LeaseUsageView: {
            cpuNanos: string;
            lease: components["schemas"]["Hex"];
            memoryByteSeconds: string;
            networkBytes: string;
            /**
             * Format: int64
             * @description Healthy replicas × seconds.
             */
            replicaSeconds: number;
            /**
             * Format: int64
             * @description When the counters were last read, Unix milliseconds of the provider's clock.
             */
            sampledAtMs: number;
            samples: components["schemas"]["UsageSampleView"][];
        };
        /** @description A lease whole. */
        LeaseView: components["schemas"]["LeaseSummary"] & {
            containers: components["schemas"]["ContainerView"][];
            manifest: components["schemas"]["ManifestView"];
            /**
             * Format: int64
             * @description Milliseconds from seeing the lease to all its replicas running and healthy for the first time.
             */
            openedToRunningMs: number | null;
            policy: components["schemas"]["PolicyView"];
            /** @description Why it does not run, when it should. */
            reason: string | null;
            /** @description What the gateway serves of it. */
            served: components["schemas"]["ServedServiceView"][];
            terms: components["schemas"]["TermsArgument"];
            /** @description The seven words, in the order of the flow. */
            timeline: components["schemas"]["StageProgressView"][];
        };
        /** @description A lease's use between one sample and the one before, and what came for it through the gateway meanwhile. */
        LiveUsageView: {
            /**
             * Format: int64
             * @description Unix milliseconds of the provider's clock.
             */
            atMs: number;
            /**
             * Format: double
             * @description Cores used.
             */
            cpu: number;
            /**
             * Format: double
             * @description Of those, what the gateway answered itself because no replica did.
             */
            failed: number | null;
            /**
             * Format: int32
             * @description Under way at replicas.
             */
            inFlight: number | null;
            /**
             * Format: double
             * @description The 99th percentile over the last ten seconds, in seconds.
             */
            latency: number | null;
            /** Format: double */
            memoryBytes: number;
            /**
             * Format: double
             * @description Bytes a second.
             */
            network: number;
            /**
             * Format: double
             * @description Ready replicas.
             */
            replicas: number;
            /**
             * Format: double
             * @description Requests a second; none for a lease of which none ever came through the gateway.
             */
            requests: number | null;
            /**
             * Format: int32
             * @description Held until a replica is there for them.
             */
            waiting: number | null;
        };
        /** @description A line that a container printed. */
        LogLineView: {
            /**
             * Format: int64
             * @description Unix milliseconds of the engine's clock.
             */
            atMs: number;
            line: string;
            /** Format: int32 */
            replica: number;
            service: string;
            /** @description `stdout` or `stderr`. */
            stream: components["schemas"]["LogStream"];
        };
        /**
         * @description The output stream of a container.
         * @enum {string}
         */
        LogStream: "stdout" | "stderr";
        /** @description What a manifest says, or everything that stands against it. */
        ManifestCheckView: {
            /** @description keccak256 of the bytes, as a lease's terms have it. */
            hash: components["schemas"]["Hex"];
            /** @description Whether it can run. */
            ok: boolean;
            policy: string;
            refusals: components["schemas"]["ManifestRefusalView"][];
            /** @description Of a manifest that can run. */
            services: components["schemas"]["CheckedServiceView"][];
            shadow: string | null;
        };
        /** @description A refusal at its place. Lines and columns from 1; none when the place is the whole file. */
        ManifestRefusalView: {
            column: number | null;
            line: number | null;
            message: string;
            path: string;
        };
        ManifestView: {
            /** @description keccak256 of the manifest's bytes, as the lease's terms have it. */
            hash: components["schemas"]["Hex"];
            received: boolean;
        };
        /** @description Which market this provider serves, and what a client needs to sign for it. */
        MarketView: {
            /** Format: int64 */
            block: number;
            /** Format: int64 */
            chainId: number;
            /** @description The EIP-712 domain of manifests and countersignatures. */
            domain: components["schemas"]["DomainView"];
            endpoint: string;
            head: components["schemas"]["HeadView"] | null;
            /** @description Whether new leases, orders, bids and providers are let in. */
            intakeOpen: boolean;
            /** @description Types of a leaf's values, for `StandardMerkleTree`. */
            leafEncoding: string[];
            market: components["schemas"]["Address"];
            /** @description The contract's parameters: seconds, counts, wei. */
            parameters: {
                [key: string]: string;
            };
            provider: components["schemas"]["Address"];
            /** @description X25519 public key for secrets. */
            sealingKey: components["schemas"]["Hex"];
            /** @description The EIP-712 types that are signed under it. */
            types: {
                [key: string]: components["schemas"]["TypedFieldView"][];
            };
        };
        MoneyView: {
            balance: string;
            /** @description Address of the token; address 0 is the chain's own coin. */
            currency: components["schemas"]["Address"];
            deposited: string;
            /** @description What the provider may still be owed. */
            owed: string;
            paid: string;
            /** @description Reserved per second, base units × 1e12. */
            rate: string;
            returned: string;
            /**
             * Format: int64
             * @description Seconds until the funds are exhausted; none when nothing is reserved.
             */
            runway: number | null;
        };
        /** @description What a message that signs in has to carry. */
        NonceView: {
            /** Format: int64 */
            chainId: number;
            /** Format: int64 */
            expiresAt: number;
            /**
             * Format: int64
             * @description Unix seconds of the provider's clock: now, and before when the message has to be handed in.
             */
            issuedAt: number;
            nonce: string;
            statement: string;
        };
        /** @description What a policy saw. */
        ObservationView: {
            /**
             * Format: double
             * @description Requests per second.
             */
            arrivals: number | null;
            /**
             * Format: double
             * @description Requests per second that one replica serves.
             */
            capacity: number | null;
            /**
             * Format: double
             * @description Seconds from a decision until its replicas serve.
             */
            delay: number;
            /**
             * Format: double
             * @description In replicas' worth of work.
             */
            demand: number | null;
            /**
             * Format: double
             * @description 99th percentile of the seconds to an answer.
             */
            latency: number | null;
            /** Format: int32 */
            ready: number;
            /** Format: int32 */
            starting: number;
            /**
             * Format: double
             * @description CPU used of the CPU that ready replicas had, 0 to 1.
             */
            utilization: number | null;
            /**
             * Format: double
             * @description Requests that waited for a replica.
             */
            waiting: number;
        };
        OfferView: {
            currency: components["schemas"]["Address"];
            /** Format: int32 */
            id: number;
            open: boolean;
            /** @description Base units × 1e12 per second and unit; see `PriceList` in the contracts. */
            prices: components["schemas"]["PricesView"];
            provider: components["schemas"]["Address"];
        };
        /** @description What this provider decided about an order. */
        OrderDecisionView: {
            bid: components["schemas"]["BidView"] | null;
            /**
             * Format: int64
             * @description When it was decided, Unix milliseconds of the provider's clock.
             */
            decidedAtMs: number | null;
            lease: components["schemas"]["Hex"] | null;
            /** @description Why there is no bid. */
            reason: string | null;
            /** @description Whether inventory is reserved for a bid that the chain does not show yet. */
            reserved: boolean;
            /** @description `open`, `declined`, `bidding`, `placed`, `won`, `released` or `failed`. */
            standing: components["schemas"]["OrderStanding"];
        };
        /**
         * @description The state of this provider's answer to an order.
         * @enum {string}
         */
        OrderStanding: "open" | "declined" | "bidding" | "placed" | "won" | "released" | "failed";
        /** @description An order that providers bid on, and what this provider does about it. */
        OrderView: {
            /** Format: int32 */
            acceptUntil: number;
            /** @description What a provider has to claim. */
            attributes: string[];
            /** Format: int32 */
            bidUntil: number;
            /** @description Bids that hold capacity, the cheapest first. */
            bids: components["schemas"]["BidView"][];
            /** Format: int64 */
            closedAt: number | null;
            currency: components["schemas"]["Address"];
            decision: components["schemas"]["OrderDecisionView"];
            deposit: string;
            id: components["schemas"]["Hex"];
            manifestHash: components["schemas"]["Hex"];
            /** @description The budget of the whole lease, base units × 1e12 a second. */
            maxRate: string;
            /** @description Neither accepted nor cancelled. */
            open: boolean;
            /** Format: int64 */
            openedAt: number;
            /** Format: int64 */
            openedBlock: number;
            policy: components["schemas"]["PolicyView"];
            /** Format: int32 */
            replicas: number;
            salt: string;
            shape: components["schemas"]["ShapeArgument"];
            tenant: components["schemas"]["Address"];
        };
        /** @description `/config.json`: where the page finds its market. Beside a page that is hosted as static files it is a file. */
        PageConfig: {
            /** @description The provider's API; empty for the page's own origin. */
            api: string;
            /**
             * Format: int64
             * @description The block in which the market was deployed.
             */
            block: number;
            /** Format: int64 */
            chainId: number;
            chainName: string;
            /** @description Of a block explorer with /tx/ and /address/. */
            explorer: string | null;
            market: components["schemas"]["Address"];
            /** @description For reading without a wallet; none: the wallet's alone. */
            rpcUrl: string | null;
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
        PostedRootView: {
            /** Format: int64 */
            epoch: number;
            /**
             * Format: int64
             * @description That posting it used; none when somebody else's transaction did.
             */
            gas: number | null;
            /**
             * Format: int64
             * @description Statements under it.
             */
            leaves: number;
            /** Format: int64 */
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
        /** @description A statement under a posted root, without its path. */
        ProofSummary: {
            /** Format: int64 */
            epoch: number;
            /** Format: int64 */
            postedAt: number | null;
            root: components["schemas"]["Hex"];
            rootTx: components["schemas"]["Hex"] | null;
            usage: components["schemas"]["StatementArgument"];
        };
        /** @description A statement with its path to a posted root: all that is needed to check it. */
        ProofView: {
            /** Format: int64 */
            epoch: number;
            leaf: components["schemas"]["Hex"];
            leafEncoding: string[];
            lease: components["schemas"]["Hex"];
            /** @description How many statements the root covers. */
            leaves: number;
            /** @description The siblings from the leaf up. */
            path: components["schemas"]["Hex"][];
            /**
             * Format: int64
             * @description None until the root is seen on chain.
             */
            postedAt: number | null;
            provider: components["schemas"]["Address"];
            root: components["schemas"]["Hex"];
            rootTx: components["schemas"]["Hex"] | null;
            /** @description The statement. */
            usage: components["schemas"]["StatementArgument"];
            /** @description The leaf's values in the order of `leafEncoding`. */
            values: string[];
        };
        /** @description An action as `tidemark … --propose` writes it. */
        ProposalArgument: {
            account: components["schemas"]["Address"];
            /** @description Whom to ask; all of the account's approvers when empty. */
            approvers?: components["schemas"]["Address"][];
            call: components["schemas"]["Hex"];
            /** Format: int64 */
            chainId: number;
            consents?: components["schemas"]["ConsentView"][];
            digest: components["schemas"]["Hex"];
            /** @description Unix seconds. */
            expiry: string;
            market: components["schemas"]["Address"];
            nonce: string;
            /** @description The proposer's words. */
            says?: string[];
            /** @description Wei. */
            value: string;
            /** @description Of the account's binding. */
            version: string;
        };
        /** @description What waits for consents; as the files of `tidemark … --propose` are. */
        ProposalView: {
            account: components["schemas"]["Address"];
            /** @description Whom the proposer asks. */
            approvers: components["schemas"]["Address"][];
            call: components["schemas"]["Hex"];
            /** Format: int64 */
            chainId: number;
            /** @description Each was checked when it came. */
            consents: components["schemas"]["ConsentView"][];
            /**
             * Format: int64
             * @description Unix milliseconds of the provider's clock.
             */
            createdAtMs: number;
            createdBy: components["schemas"]["Address"];
            /** @description What approvers sign. */
            digest: components["schemas"]["Hex"];
            expiry: string;
            market: components["schemas"]["Address"];
            nonce: string;
            /** @description The proposer's words, which nobody has to believe: the call says what it does. */
            says: string[];
            value: string;
            version: string;
        };
        /** @description This provider's own books. All of it follows from the chain but alarms, wallet, gas and margin. */
        ProviderAccountView: {
            address: components["schemas"]["Address"];
            alarms: components["schemas"]["AlarmView"][];
            /** @description Wei. */
            bond: string;
            capacity: components["schemas"]["CapacityView"];
            /** @description The newest settlements, newest first. */
            claims: components["schemas"]["ClaimView"][];
            draining: boolean;
            earnings: components["schemas"]["EarningsView"][];
            endpoint: string;
            gas: components["schemas"]["GasView"];
            held: components["schemas"]["CapacityView"];
            intents: components["schemas"]["IntentCountView"][];
            /**
             * Format: int32
             * @description Percent on top of the price list that bids ask.
             */
            margin: number;
            /** @description The newest withdrawals of earnings, newest first. */
            payouts: components["schemas"]["WithdrawalView"][];
            /** @description For bids that the chain does not show yet. */
            reserved: components["schemas"]["CapacityView"];
            /** @description The newest, newest first. */
            roots: components["schemas"]["PostedRootView"][];
            /** @description Each stage's last run. */
            stages: {
                [key: string]: components["schemas"]["RunView"];
            };
            /** @description Wei that the wallet had when it was last looked into; none before the first time. */
            wallet: string | null;
        };
        /** @description A provider as the chain tells it. */
        ProviderView: {
            address: components["schemas"]["Address"];
            /** @description Its own claims, such as `region=eu`. */
            attributes: string[];
            /** @description Wei. */
            bond: string;
            /** @description What it registered; it sells nothing while its bond does not cover that. */
            capacity: components["schemas"]["CapacityView"];
            endpoint: string;
            /**
             * Format: int64
             * @description The same, and those that passed without a root since the first one while a lease was open.
             */
            epochs: number;
            /**
             * Format: int64
             * @description When its bond may leave, once it has announced that.
             */
            exitAt: number | null;
            /** @description Newest first, at most fifty. */
            faults: components["schemas"]["FaultView"][];
            /** @description What leases and bids hold of the capacity on chain. */
            held: components["schemas"]["CapacityView"];
            /**
             * Format: int64
             * @description Epochs with a root on chain.
             */
            provenEpochs: number;
            registered: boolean;
            silence: components["schemas"]["Silence"] | null;
        };
        /** @description `Rates` of the contracts: base units × 1e12. */
        RatesArgument: {
            cpuSecond: string;
            memoryMiBSecond: string;
            networkMiB: string;
            replicaSecond: string;
            reserved: string;
        };
        ReplicasView: {
            /** Format: int32 */
            healthy: number;
            /** Format: int32 */
            max: number;
            /** Format: int32 */
            min: number;
            /** Format: int32 */
            running: number;
            /** Format: int32 */
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
        /** @description One decision about a lease, with all that it came from. */
        ScalingDecisionView: {
            /**
             * Format: int64
             * @description Unix milliseconds of the provider's clock.
             */
            atMs: number;
            /** @description What of the wish was not granted, and why. */
            bound: string | null;
            bounds: components["schemas"]["BoundsView"];
            evidence: components["schemas"]["ScalingEvidenceView"] | null;
            /** Format: int32 */
            granted: number;
            /** @description `steady`, `held`, `proving` or `stepping`. */
            outcome: components["schemas"]["ScalingOutcome"];
            policy: string;
            /**
             * Format: int32
             * @description How many replicas the chain wanted.
             */
            present: number;
            /** @description Why the policy wished it, in words and numbers. */
            reason: string;
            seen: components["schemas"]["ObservationView"];
            /** Format: int32 */
            wish: number;
        };
        ScalingEvidenceView: {
            /** Format: int64 */
            epoch: number;
            leaf: components["schemas"]["Hex"];
            /**
             * Format: int64
             * @description The statement's.
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
        /** @description How a lease's capacity follows demand. */
        ScalingView: {
            compared: components["schemas"]["ShadowComparisonView"] | null;
            lease: components["schemas"]["Hex"];
            newest: components["schemas"]["ScalingDecisionView"] | null;
            /** @description Who decides, as the manifest names it. */
            policy: string;
            /** @description Those that differed from the one before, newest first. */
            rulings: components["schemas"]["ScalingDecisionView"][];
            /** @description Who decides beside it, without effect. */
            shadow: string | null;
        };
        /**
         * @description What a grant allows. Each scope includes those before it.
         * @enum {string}
         */
        Scope: "view" | "logs" | "shell";
        ScreenReasonView: {
            /** @description Its arguments, numbers in decimal. */
            arguments: string[];
            /** @description The contract's error. */
            error: string;
            /** @description A sentence for people, with what would make it fit. */
            message: string;
        };
        /** @description How an order fits this provider's offers. */
        ScreenView: {
            /**
             * Format: int64
             * @description The block as of which the provider's capacity was counted.
             */
            block: number;
            /** @description How many offers match. */
            matches: number;
            offers: components["schemas"]["ScreenedOfferView"][];
        };
        ScreenedOfferView: {
            currency: components["schemas"]["Address"];
            /** @description The same at the highest count. */
            highestRate: string;
            matches: boolean;
            /** Format: int32 */
            offer: number;
            /** @description What the first replica count reserves a second, base units × 1e12. */
            rate: string;
            rates: components["schemas"]["RatesArgument"];
            /** @description Every reason why it does not match. */
            reasons: components["schemas"]["ScreenReasonView"][];
        };
        /** @description A service behind the provider's gateway. */
        ServedServiceView: {
            /** @description The same by path, where host names do not resolve. */
            pathUrl: string;
            /**
             * Format: int32
             * @description In the container.
             */
            port: number;
            service: string;
            /** @description By host name. */
            url: string;
        };
        /** @description Who is signed in, and until when in Unix seconds of the provider's clock. */
        SessionView: {
            address: components["schemas"]["Address"];
            /** Format: int64 */
            expiresAt: number;
            /** @description For `Authorization: Bearer`, when it was asked for. */
            token?: string | null;
        };
        /** @description What following the policy beside would have cost. Times in seconds. */
        ShadowComparisonView: {
            policy: string;
            /**
             * Format: double
             * @description What the policy in charge spent more, as a share of what it spent; negative when less.
             */
            regret: number;
            /** Format: double */
            replicaSeconds: number;
            shadowReason: string;
            /** Format: double */
            shadowReplicaSeconds: number;
            /** Format: int32 */
            shadowReplicas: number;
            /** Format: double */
            shadowShort: number;
            /**
             * Format: double
             * @description For how long demand was more than the ready replicas could serve.
             */
            short: number;
            /** Format: double */
            watched: number;
        };
        /** @description `Shape` of the contracts: what one replica gets. */
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
            /** @description The text that was signed, byte for byte. */
            message: string;
            /** @description 0x hex: 65 bytes of an account, or what a contract accepts by EIP-1271. */
            signature: components["schemas"]["Hex"];
            /** @description Answer with the token and set no cookie: for programs, and for pages hosted elsewhere. */
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
        /** @description Where a lease stands at one of the seven words. */
        StageProgressView: {
            /**
             * Format: int64
             * @description When it last moved.
             */
            at: number | null;
            detail: string;
            /** @description chain, clearing, container, meter, proof, scale or settlement. */
            stage: components["schemas"]["Stage"];
            /** @description `done`, `working`, `waiting` or `failed`. */
            state: components["schemas"]["StageState"];
        };
        /**
         * @description `working` goes on; `waiting` needs something from elsewhere, which the detail names.
         * @enum {string}
         */
        StageState: "done" | "working" | "waiting" | "failed";
        /** @description `Statement` of the contracts: cumulative counters of a lease. */
        StatementArgument: {
            cpuNanos: string;
            memoryByteSeconds: string;
            networkBytes: string;
            replicaSeconds: string;
            /** Format: int32 */
            time: number;
            /**
             * Format: int32
             * @description CPU used of the CPU that healthy replicas had since the statement before, in basis points.
             */
            utilization: number;
        };
        StatusView: {
            /** @description Whether the provider takes no new leases, as before maintenance. */
            draining: boolean;
            head: components["schemas"]["HeadView"] | null;
            provider: components["schemas"]["Address"];
            /** @description Each stage's last run. */
            stages: {
                [key: string]: components["schemas"]["RunView"];
            };
            version: string;
        };
        /** @description `Terms` of the contracts. */
        TermsArgument: {
            currency: components["schemas"]["Address"];
            manifestHash: components["schemas"]["Hex"];
            provider: components["schemas"]["Address"];
            rates: components["schemas"]["RatesArgument"];
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
        UsageSampleView: {
            /** Format: int64 */
            atMs: number;
            cpuNanos: string;
            memoryByteSeconds: string;
            networkBytes: string;
            /** Format: int64 */
            replicaSeconds: number;
        };
        /** @description A lease's use over time, one array a column, oldest first: means between one time and the one before. */
        UsageSeriesView: {
            /** @description Unix milliseconds of the provider's clock. */
            atMs: number[];
            /** @description Cores used. */
            cpu: number[];
            memoryBytes: number[];
            /** @description Bytes a second. */
            network: number[];
            /** @description Ready replicas. */
            replicas: number[];
        };
        WithdrawalView: {
            amount: string;
            currency: components["schemas"]["Address"];
            /** Format: int64 */
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
                /** @description Events behind this cursor, the oldest first. */
                after?: string;
                /** @description Instead: the newest before this cursor, or before now (`latest`); in their order too. */
                before?: string;
                /** @description At most so many; 100 unless told otherwise, 1000 at most. */
                limit?: number;
                /** @description About this alone: a lease's id, an address, `order:ID`, an offer's number, or `market`. */
                subject?: string;
                /** @description Of this name alone, as in Solidity. */
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
                /** @description As DisputeOpened has it */
                hash: string;
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
                /** @description As DisputeOpened has it */
                hash: string;
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
                /** @description Leases of this tenant only. */
                tenant?: string;
                /** @description Leases with this provider only. */
                provider?: string;
                /** @description Closed leases too. */
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
                /** @description The lease */
                id: string;
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
                /** @description Looks before this time only, Unix milliseconds. */
                before?: number;
                /** @description So many of the newest; 100 unless told otherwise, at most 1,000. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The lease */
                id: string;
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
                /** @description What was seen after this time only, Unix milliseconds; the last day unless told otherwise. */
                since?: number;
            };
            header?: never;
            path: {
                /** @description The lease */
                id: string;
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
                after?: string;
                before?: string;
                limit?: number;
                name?: string;
            };
            header?: never;
            path: {
                /** @description The lease */
                id: string;
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
                /** @description The lease */
                id: string;
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
                /** @description The lease */
                id: string;
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
                /** @description The lease */
                id: string;
                /** @description An address */
                grantee: string;
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
                /** @description The lease */
                id: string;
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
                /** @description Of this service only. */
                service?: string;
                /** @description Of this replica only. */
                replica?: number;
                /** @description So many of the last lines; 1,000 unless told otherwise, at most 100,000 and 16 MiB of text. */
                tail?: number;
                /** @description Printed from this time on, Unix milliseconds of the provider's clock. */
                since?: number;
                /** @description Go on with what is printed: server-sent `line` events, and one `end` with a reason when the visit is over. */
                follow?: boolean;
            };
            header?: never;
            path: {
                /** @description The lease */
                id: string;
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
                /** @description The lease */
                id: string;
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
                /** @description The tenant's EIP-712 signature of Manifest in 0x hex: 65 bytes of an account, or what a contract accepts by EIP-1271 */
                "tidemark-signature": string;
            };
            path: {
                /** @description The lease */
                id: string;
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
                /** @description Epochs before this one; the newest unless told otherwise. */
                before?: number;
                /** @description At most so many; 50 unless told otherwise, 500 at most. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The lease */
                id: string;
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
                /** @description The lease */
                id: string;
                /** @description A number, or latest */
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
                /** @description So many of the newest rulings; 20 unless told otherwise, at most 100. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The lease */
                id: string;
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
                /** @description After this time, Unix milliseconds; the five minutes before the newest sample unless told otherwise. */
                since?: number;
                /** @description Seconds between two values; 1 unless told otherwise. */
                step?: number;
            };
            header?: never;
            path: {
                /** @description The lease */
                id: string;
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
                /** @description In this service; may be left out where there is one */
                service?: string;
                /** @description In this replica; the first that runs unless told otherwise */
                replica?: number;
                /** @description A word of the command, as often as it has words; /bin/sh unless told otherwise */
                command?: string[];
                /** @description With a terminal; true unless told otherwise */
                tty?: boolean;
                /** @description The terminal's width */
                cols?: number;
                /** @description The terminal's height */
                rows?: number;
            };
            header?: never;
            path: {
                /** @description The lease */
                id: string;
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
                /** @description Samples after this time only, Unix milliseconds; the last five minutes unless told otherwise. */
                since?: number;
            };
            header?: never;
            path: {
                /** @description The lease */
                id: string;
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
                /** @description Orders of this tenant only. */
                tenant?: string;
                /** @description Accepted and cancelled ones too. */
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
                /** @description What approvers sign */
                digest: string;
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
                /** @description What approvers sign */
                digest: string;
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
                /** @description What approvers sign */
                digest: string;
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
                /** @description Thousandths of a CPU for one replica. */
                millicores: number;
                /** @description MiB of memory for one replica. */
                memoryMiB: number;
                /** @description MiB of disk for one replica. */
                diskMiB?: number;
                /** @description GPUs for one replica. */
                gpus?: number;
                /** @description Replicas to begin with; 1 unless told otherwise. */
                replicas?: number;
                /** @description The fewest replicas; as many as `replicas` unless told otherwise. */
                min?: number;
                /** @description The most replicas; as many as `replicas` unless told otherwise. */
                max?: number;
                /** @description The budget of the whole lease, base units × 1e12 a second. */
                maxRate?: string;
                /** @description What would be paid in, base units. */
                deposit?: string;
                /** @description Offers in this token only; address 0 is the chain's coin. */
                currency?: string;
                /** @description What the provider has to claim, with commas between: `region=eu,disk=ssd`. */
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
                /** @description Events of this lease alone. */
                lease?: string;
                /** @description Behind this cursor, or the id of an earlier item; from now on unless told. The header Last-Event-ID wins. */
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
