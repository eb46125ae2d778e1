// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Test} from "forge-std/Test.sol";

import {ITidemark} from "../src/interfaces/ITidemark.sol";
import {Accrual} from "../src/libraries/Accrual.sol";
import {Currency} from "../src/types/Currency.sol";
import {
    Claim,
    LeasePolicy,
    Order,
    Parameters,
    PriceList,
    Shape,
    Statement,
    Step,
    Terms
} from "../src/types/DataTypes.sol";
import {LeaseId, OfferId} from "../src/types/Ids.sol";
import {StandardTree} from "./StandardTree.sol";

/// The deployed market as a caller sees it. Tests reach it through its interfaces alone, so that a changed test compiles
/// without the contracts.
interface Tidemark is ITidemark {}

/// The devnet's token likewise.
interface MintableToken is IERC20 {
    function mint(address to, uint256 amount) external;
}

/// What every test starts from: a market with the local chain's parameters, one provider, an offer for ETH and one for a
/// token, and a tenant with plenty of both.
///
/// Prices are chosen so that one replica reserves 11 base units a second, of which 7 are for being there, 2 for all its
/// CPU, 1 for all its memory and 1 for its traffic allowance.
abstract contract MarketTest is Test {
    uint256 internal constant START = 1_700_000_000;
    uint256 internal constant RATE = 11; // base units per replica and second
    uint256 internal constant EPOCH = 10;
    uint256 internal constant SPACING = 2;
    uint256 internal constant CHALLENGE = 4;
    uint256 internal constant CLAIM = 3600;
    uint256 internal constant NOTICE = 30;
    uint256 internal constant RING = 64;
    uint256 internal constant EXIT = 600;
    uint256 internal constant DISPUTE = 300;
    uint96 internal constant MIN_BOND = 1 ether;
    uint96 internal constant BOND_PER_CORE = 0;
    uint96 internal constant BID_DEPOSIT = 0.01 ether;
    uint96 internal constant DISPUTE_DEPOSIT = 0.1 ether;
    uint256 internal constant DEPOSIT = 100_000;

    Currency internal constant ETH = Currency.wrap(address(0));

    Tidemark internal market;
    MintableToken internal token;
    Currency internal usd;
    OfferId internal ethOffer;
    OfferId internal usdOffer;

    address internal provider = makeAddr("provider");
    address internal arbiters = makeAddr("arbiters");
    address internal tenant;
    uint256 internal tenantKey;
    address internal stranger = makeAddr("stranger");

    function setUp() public virtual {
        vm.warp(START);
        (tenant, tenantKey) = makeAddrAndKey("tenant");
        market = deploy(localParameters());
        token = MintableToken(deployCode("TestToken.sol:TestToken"));
        usd = Currency.wrap(address(token));
        vm.deal(provider, 100 ether);
        vm.startPrank(provider);
        market.register{value: MIN_BOND}(plenty(), "sealing key", "https://provider.example");
        ethOffer = market.listOffer(ETH, prices());
        usdOffer = market.listOffer(usd, prices());
        vm.stopPrank();
        fund(tenant);
        fund(stranger);
    }

    // The world

    function deploy(Parameters memory p) internal virtual returns (Tidemark) {
        address next = deployCode("Faults.sol:Faults", abi.encode(p));
        next = deployCode("Auction.sol:Auction", abi.encode(p, next));
        next = deployCode("Registry.sol:Registry", abi.encode(p, next));
        next = deployCode("Approvals.sol:Approvals", abi.encode(p, next));
        return Tidemark(deployCode("Market.sol:Market", abi.encode(p, next)));
    }

    function localParameters() internal view returns (Parameters memory) {
        return Parameters({
            epochLength: uint32(EPOCH),
            rootSpacing: uint32(SPACING),
            challengeWindow: uint32(CHALLENGE),
            claimWindow: uint32(CLAIM),
            noticePeriod: uint32(NOTICE),
            rootRing: uint32(RING),
            exitDelay: uint32(EXIT),
            disputeWindow: uint32(DISPUTE),
            missedEpochs: 3,
            graceBlocks: 5,
            fraudShare: 5000,
            minBond: MIN_BOND,
            bondPerCore: BOND_PER_CORE,
            creditPerCore: 0.01 ether,
            bidDeposit: BID_DEPOSIT,
            disputeDeposit: DISPUTE_DEPOSIT,
            arbiters: arbiters
        });
    }

    function fund(address who) internal {
        vm.deal(who, 1000 ether);
        token.mint(who, 1e18);
        vm.prank(who);
        token.approve(address(market), type(uint256).max);
    }

    function plenty() internal pure returns (Shape memory) {
        return Shape({millicores: 10_000_000, memoryMiB: 10_000_000, diskMiB: 10_000_000, gpus: 10_000});
    }

    function shape() internal pure virtual returns (Shape memory) {
        return Shape({millicores: 1000, memoryMiB: 1000, diskMiB: 1000, gpus: 1});
    }

    function prices() internal pure virtual returns (PriceList memory) {
        return PriceList({
            millicore: 4e9,
            memoryMiB: 1e9,
            diskMiB: 1e9,
            gpu: 1e12,
            cpuSecond: 2e12,
            memoryMiBSecond: 1e9,
            networkMiB: 1e12,
            networkKiBps: 1024
        });
    }

    function policy() internal pure virtual returns (LeasePolicy memory) {
        return LeasePolicy({
            minReplicas: 1, maxReplicas: 10, target: 70, up: 80, down: 50, cooldown: 60, step: 2, headroom: 1
        });
    }

    function order(uint16 replicas, uint64 salt) internal pure virtual returns (Order memory) {
        return Order({
            shape: shape(),
            replicas: replicas,
            policy: policy(),
            maxRate: uint104(RATE * 1e12 * 10),
            manifestHash: keccak256("manifest"),
            salt: salt
        });
    }

    // Leases

    /// The terms of the lease that `who` gets by taking the provider's offer in `currency`.
    function termsOf(address who, Currency currency, Order memory o) internal view returns (Terms memory) {
        return Terms({
            tenant: who,
            provider: provider,
            currency: currency,
            shape: o.shape,
            rates: Accrual.rates(prices(), o.shape),
            manifestHash: o.manifestHash,
            salt: o.salt
        });
    }

    function open(address who, Currency currency, Order memory o, uint256 deposit)
        internal
        returns (Terms memory terms, LeaseId id)
    {
        terms = termsOf(who, currency, o);
        bool native = currency.isNative();
        vm.prank(who);
        id = market.take{value: native ? deposit : 0}(native ? ethOffer : usdOffer, o, deposit);
        assertEq(LeaseId.unwrap(id), LeaseId.unwrap(market.idOf(terms)), "terms");
    }

    function open(Currency currency, uint16 replicas) internal returns (Terms memory terms, LeaseId id) {
        return open(tenant, currency, order(replicas, 1), DEPOSIT);
    }

    function balanceOf(LeaseId id, Currency currency) internal view returns (uint256) {
        return market.accountOf(id, currency).balance;
    }

    function held(Currency currency, address who) internal view returns (uint256) {
        return currency.isNative() ? who.balance : IERC20(Currency.unwrap(currency)).balanceOf(who);
    }

    // Statements and roots

    /// What a lease uses that keeps everything busy for a number of replica-seconds: it costs RATE for each.
    function busy(uint256 replicaSeconds, uint256 time) internal pure virtual returns (Statement memory) {
        return Statement({
            time: uint32(time),
            replicaSeconds: uint64(replicaSeconds),
            cpuNanos: uint96(replicaSeconds * 1e9),
            memoryByteSeconds: uint128(replicaSeconds * 1000 << 20),
            networkBytes: uint96(replicaSeconds << 20),
            utilization: 10_000
        });
    }

    /// Posts the next root of `provider` and returns its epoch.
    function post(bytes32 root) internal returns (uint256 epoch) {
        epoch = market.providerOf(provider).epoch + 1;
        vm.prank(provider);
        market.postRoot(epoch, root);
    }

    /// Posts a root over one statement and lets it mature; its path is empty.
    function prove(LeaseId id, Statement memory statement) internal returns (uint256 epoch) {
        epoch = post(market.leafOf(id, statement));
        skip(CHALLENGE);
    }

    /// A statement of full use up to now, posted, matured and settled.
    function proveAndSettle(Terms memory terms, uint256 replicaSeconds) internal {
        Statement memory statement = busy(replicaSeconds, vm.getBlockTimestamp());
        uint256 epoch = prove(market.idOf(terms), statement);
        settle(terms, statement, epoch, emptyPath());
    }

    /// What `settle` states of a lease.
    function claimOf(Terms memory terms, Statement memory statement) internal view returns (Claim memory) {
        return Claim({orderHash: market.orderHashOf(terms), rates: terms.rates, statement: statement});
    }

    function settle(Terms memory terms, Statement memory statement, uint256 epoch, bytes32[] memory path) internal {
        Claim memory claim = claimOf(terms, statement);
        market.settle(terms.provider, terms.currency, epoch, claim, path);
    }

    /// A step by a statement of now that stands alone under its root: all that the lease reserved was used, at a utilization
    /// that need not agree.
    function stepTo(Terms memory terms, uint16 replicas, uint16 utilization) internal view returns (Step memory) {
        uint256 reserved = market.owed(terms) + market.accountOf(market.idOf(terms), terms.currency).paid;
        Statement memory statement = busy(reserved / RATE, vm.getBlockTimestamp());
        statement.utilization = utilization;
        return Step({currency: terms.currency, replicas: replicas, claim: claimOf(terms, statement), path: emptyPath()});
    }

    function sign(uint256 key, LeaseId id, Statement memory statement) internal view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, market.statementDigest(id, statement));
        return abi.encodePacked(r, s, v);
    }

    function emptyPath() internal pure returns (bytes32[] memory) {
        return new bytes32[](0);
    }

    /// Some of a tree's statements as `settleBatch` takes them: claims in the multiproof's order.
    /// @param leaves All of the tree; those of the claims are among them.
    function batch(Claim[] memory claims, bytes32[] memory own, bytes32[] memory leaves)
        internal
        pure
        returns (Claim[] memory ordered, StandardTree.Multiproof memory m)
    {
        m = StandardTree.multiproof(leaves, own);
        ordered = new Claim[](claims.length);
        for (uint256 i = 0; i < claims.length; ++i) {
            uint256 j = 0;
            while (own[j] != m.leaves[i]) ++j;
            ordered[i] = claims[j];
        }
    }
}
