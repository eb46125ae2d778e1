// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IConsents} from "../../../src/interfaces/IConsents.sol";
import {IApprovals} from "../../../src/interfaces/IApprovals.sol";
import {IEscrow} from "../../../src/interfaces/IEscrow.sol";
import {IMarket} from "../../../src/interfaces/IMarket.sol";
import {Accrual} from "../../../src/libraries/Accrual.sol";
import {Currency} from "../../../src/types/Currency.sol";
import {Consents, LeasePolicy, Limit, Offer, Order, Shape, Terms} from "../../../src/types/DataTypes.sol";
import {OfferId} from "../../../src/types/Ids.sol";
import {Tidemark} from "../../MarketTest.sol";
import {ApprovalsStore} from "../ApprovalsStore.sol";
import {Store} from "../Store.sol";
import {Handler} from "./Handler.sol";

/// Bound tenants and their approvers: the tenants act alone within their limits, and take proposed actions with consents that
/// are valid or not: too few, of others, expired, revoked, of an earlier policy, used before.
contract ApproverHandler is Handler {
    uint256 private constant POOL = 5;
    uint256 private constant MOST_LEASES = 6;

    ApprovalsStore private immutable BOOK;
    Currency private immutable USD;
    address[] private tenants;
    uint256[] private keys; // of the pool, by ascending addresses

    constructor(Tidemark market, ApprovalsStore store, address[] memory tenants_, uint256[] memory keys_, Currency usd)
        Handler(market, store)
    {
        (BOOK, tenants, keys, USD) = (store, tenants_, keys_, usd);
    }

    modifier onAction() {
        if (BOOK.actions() == 0) return;
        _;
    }

    /// Mostly a young one, often one that was taken already.
    function _pickAction(uint256 seed) private view returns (uint256 k, ApprovalsStore.Action memory a) {
        uint256 count = BOOK.actions();
        uint256 how = seed >> 64 & 3;
        k = seed % count;
        if (how < 2 && count > 3) k = count - 1 - seed % 3;
        for (uint256 i = 0; how == 2 && BOOK.action(k).uses.length == 0 && i < count; ++i) {
            k = (k + 1) % count;
        }
        a = BOOK.action(k);
    }

    // Binding

    /// Binds an account anew, with its approvers' consents where it is bound; at times it becomes free.
    function bind(uint256 seed, uint256 approvers, uint256 threshold, uint256 size) external {
        address account = tenants[(seed >> 8) % tenants.length];
        if (seed % 4 != 0 && BOOK.policy(account).threshold != 0) return; // or no consent would live long
        approvers = seed >> 16 & 7 == 0 ? 0 : bound(approvers, 1, (1 << POOL) - 1);
        address[] memory list = _list(approvers);
        threshold = list.length == 0 ? 0 : bound(threshold, 1, list.length);
        Limit[] memory limits = new Limit[](2);
        limits[0] = _limit(Currency.wrap(address(0)), size);
        limits[1] = _limit(USD, size >> 128);
        bytes memory call = abi.encodeCall(IApprovals.bind, (list, threshold, limits));
        ApprovalsStore.SpendingPolicy memory b = BOOK.policy(account);
        if (b.threshold != 0) {
            uint256 nonce = uint256(keccak256(abi.encode(seed, block.timestamp)));
            bytes32 hash = MARKET.actionOf(account, call, 0, nonce, block.timestamp);
            Consents memory c = Consents(nonce, block.timestamp, _list(b.approvers), _signatures(hash, b.approvers, 0));
            call = abi.encodeCall(IConsents.approved, (account, call, c));
        }
        _call(account, call, 0);
        BOOK.bound(account, approvers, threshold, limits);
    }

    function _limit(Currency currency, uint256 size) private pure returns (Limit memory) {
        return Limit(currency, uint104(size % 200e12), uint104((size >> 32) % 200_000), uint112((size >> 64) % 400_000));
    }

    /// Those of the pool whose bits are set.
    function _list(uint256 bits) private view returns (address[] memory list) {
        list = new address[](_count(bits));
        uint256 j = 0;
        for (uint256 i = 0; i < POOL; ++i) {
            if (bits >> i & 1 == 1) list[j++] = vm.addr(keys[i]);
        }
    }

    function _count(uint256 bits) private pure returns (uint256 count) {
        for (; bits != 0; bits &= bits - 1) {
            ++count;
        }
    }

    /// Signatures of some, and the bare addresses of others who are said to have consented by transaction.
    function _signatures(bytes32 hash, uint256 signed, uint256 named) private view returns (bytes[] memory list) {
        list = new bytes[](_count(signed | named));
        uint256 j = 0;
        for (uint256 i = 0; i < POOL; ++i) {
            if (signed >> i & 1 == 1) {
                (uint8 v, bytes32 r, bytes32 s) = vm.sign(keys[i], hash);
                list[j++] = abi.encodePacked(r, s, v);
            } else if (named >> i & 1 == 1) {
                list[j++] = abi.encodePacked(vm.addr(keys[i]));
            }
        }
    }

    function _call(address from, bytes memory call, uint256 value) private {
        vm.prank(from);
        (bool done,) = address(MARKET).call{value: value}(call);
        require(done, "refused");
    }

    // Actions

    /// Without consents, whatever that allows.
    function actAlone(uint256 seed, uint256 amount) external {
        ApprovalsStore.Action memory a = _random(seed, amount);
        _call(a.account, a.call, a.value);
        _book(a, true);
    }

    /// Some approvers consent at once by transaction, and some revoke a consent that they may give later.
    function propose(uint256 seed, uint256 amount) external {
        ApprovalsStore.Action memory a = _random(seed, amount);
        a.nonce = (seed >> 72) % 16; // few, so that they meet
        a.expiry = block.timestamp + (seed >> 80) % 4000;
        a.version = BOOK.policy(a.account).version;
        a.hash = MARKET.actionOf(a.account, a.call, a.value, a.nonce, a.expiry);
        BOOK.proposed(a);
        if (BOOK.policy(a.account).threshold == 0) return;
        for (uint256 i = 0; i < POOL; ++i) {
            if (BOOK.policy(a.account).approvers >> i & 1 == 0) continue;
            uint256 says = seed >> (100 + 3 * i) & 7;
            if (says < 3) _consent(BOOK.actions() - 1, a, i);
            if (seed >> 90 & 3 == 0 && (says == 2 || says == 3)) _revoke(BOOK.actions() - 1, a, i);
        }
    }

    function consent(uint256 seed) external onAction {
        (uint256 k, ApprovalsStore.Action memory a) = _pickAction(seed);
        _consent(k, a, (seed >> 32) % POOL);
    }

    function _consent(uint256 k, ApprovalsStore.Action memory a, uint256 approver) private {
        address[] memory list = _list(BOOK.policy(a.account).approvers);
        vm.prank(vm.addr(keys[approver]));
        MARKET.consent(a.account, a.hash, list);
        BOOK.consented(k, approver);
    }

    function revoke(uint256 seed) external onAction {
        if (seed >> 40 & 1 == 0) return;
        (uint256 k, ApprovalsStore.Action memory a) = _pickAction(seed);
        _revoke(k, a, (seed >> 32) % POOL);
    }

    function _revoke(uint256 k, ApprovalsStore.Action memory a, uint256 approver) private {
        address[] memory list = _list(BOOK.policy(a.account).approvers);
        vm.prank(vm.addr(keys[approver]));
        MARKET.revoke(a.account, a.hash, list);
        BOOK.revoked(k, approver);
    }

    /// One approver's signature, as often as the policy asks for signatures.
    function actWithOneVoice(uint256 seed) external onAction {
        (uint256 k, ApprovalsStore.Action memory a) = _pickAction(seed);
        ApprovalsStore.SpendingPolicy memory b = BOOK.policy(a.account);
        uint256 voice = b.approvers & ~(b.approvers - 1);
        bytes[] memory signatures = new bytes[](b.threshold);
        for (uint256 i = 0; i < b.threshold; ++i) {
            signatures[i] = _signatures(a.hash, voice, 0)[0];
        }
        Consents memory c = Consents(a.nonce, a.expiry, _list(b.approvers), signatures);
        _call(a.account, abi.encodeCall(IConsents.approved, (a.account, a.call, c)), a.value);
        BOOK.taken(k, voice, 0);
        _book(a, false);
    }

    /// With consents: mostly all approvers sign, otherwise any accounts do, or are named as having consented by transaction.
    function actTogether(uint256 seed, uint256 signed, uint256 named) external onAction {
        (uint256 k, ApprovalsStore.Action memory a) = _pickAction(seed);
        uint256 approvers = BOOK.policy(a.account).approvers;
        signed = seed >> 41 & 1 == 0 ? approvers : signed % (1 << POOL);
        named = (seed >> 42 & 3 == 0 ? named : a.consented) & approvers;
        if (seed >> 44 & 1 == 0) signed &= approvers;
        if (seed >> 45 & 1 == 0) signed &= ~named;
        Consents memory c = Consents(a.nonce, a.expiry, _list(approvers), _signatures(a.hash, signed, named));
        _call(a.account, abi.encodeCall(IConsents.approved, (a.account, a.call, c)), a.value);
        BOOK.taken(k, signed, named & ~signed);
        _book(a, false);
    }

    function close(uint256 seed) external onLease {
        if (seed % 8 != 0) return;
        (uint256 i, Store.Lease memory lease) = _pick(seed >> 3);
        uint256 before = _held(lease.terms.currency, lease.terms.tenant);
        vm.prank(lease.terms.tenant);
        MARKET.close(lease.terms);
        STORE.closed(i);
        STORE.returned(i, _held(lease.terms.currency, lease.terms.tenant) - before);
    }

    /// An action of an account, of any kind and size.
    function _random(uint256 seed, uint256 amount) private view returns (ApprovalsStore.Action memory a) {
        a.account = tenants[(seed >> 8) % tenants.length];
        uint256 count = STORE.count();
        if (count == 0 || (seed % 4 == 0 && count < MOST_LEASES)) {
            _take(a, seed, amount % 150_000 + 4000);
            return a;
        }
        (uint256 i, Store.Lease memory lease) = _pick(seed >> 16);
        a.account = lease.terms.tenant;
        a.effect.lease = i;
        a.effect.currency = lease.terms.currency;
        if (seed % 4 < 2) {
            (a.effect.kind, a.effect.amount) = (ApprovalsStore.Kind.TopUp, amount % 150_000 + 1);
            a.call = abi.encodeCall(IEscrow.topUp, (lease.terms.currency, lease.id, a.effect.amount));
            a.value = lease.terms.currency.isNative() ? a.effect.amount : 0;
        } else if (seed % 4 == 2) {
            (a.effect.kind, a.effect.amount) = (ApprovalsStore.Kind.Withdraw, amount % 150_000 + 1);
            a.call = abi.encodeCall(IEscrow.withdraw, (lease.terms, a.effect.amount));
        } else {
            (a.effect.kind, a.effect.amount) = (ApprovalsStore.Kind.Scale, amount % 10 + 1);
            a.effect.rate = lease.terms.rates.reserved * a.effect.amount;
            a.call = abi.encodeCall(IMarket.scale, (lease.terms, uint16(a.effect.amount)));
        }
    }

    function _take(ApprovalsStore.Action memory a, uint256 seed, uint256 amount) private view {
        OfferId offerId = OfferId.wrap(uint32(1 + (seed >> 24) % MARKET.offerCount()));
        uint16 max = uint16(6 + (seed >> 32) % 5);
        Order memory o = _order(uint64(seed >> 128), max);
        Currency currency = MARKET.offerOf(offerId).currency;
        uint256 rate = Accrual.rates(MARKET.offerOf(offerId).prices, o.shape).reserved;
        a.effect = ApprovalsStore.Effect(ApprovalsStore.Kind.Take, currency, o.salt, amount, rate * max);
        a.value = currency.isNative() ? amount : 0;
        a.call = abi.encodeCall(IMarket.take, (offerId, o, amount));
    }

    function _order(uint64 salt, uint16 max) private pure returns (Order memory) {
        return Order({
            shape: Shape({millicores: 1000, memoryMiB: 1000, diskMiB: 1000, gpus: 1}),
            replicas: 3,
            policy: LeasePolicy(1, max, 70, 80, 50, 15, 2, 1),
            maxRate: type(uint104).max,
            manifestHash: "manifest",
            salt: salt
        });
    }

    /// Tells the store what an action did.
    function _book(ApprovalsStore.Action memory a, bool alone) private {
        ApprovalsStore.Effect memory e = a.effect;
        if (e.kind == ApprovalsStore.Kind.Take) {
            _bookLease(a);
            BOOK.spent(a.account, e.currency, e.rate, e.amount, alone);
        } else if (e.kind == ApprovalsStore.Kind.TopUp) {
            STORE.deposited(e.lease, e.amount);
            if (BOOK.isBoundLease(e.lease)) BOOK.spent(a.account, e.currency, 0, e.amount, alone);
        } else if (e.kind == ApprovalsStore.Kind.Withdraw) {
            STORE.returned(e.lease, e.amount);
            if (alone) BOOK.tookOut(a.account, e.currency, e.amount);
        } else {
            bool grows = e.amount > STORE.lease(e.lease).replicas;
            STORE.scaled(e.lease, e.amount);
            if (grows) BOOK.spent(a.account, e.currency, e.rate, 0, alone);
        }
    }

    function _bookLease(ApprovalsStore.Action memory a) private {
        (OfferId offerId, Order memory o,) = abi.decode(_arguments(a.call), (OfferId, Order, uint256));
        Offer memory offer = MARKET.offerOf(offerId);
        Terms memory terms = Terms({
            tenant: a.account,
            provider: offer.provider,
            currency: offer.currency,
            shape: o.shape,
            rates: Accrual.rates(offer.prices, o.shape),
            manifestHash: o.manifestHash,
            salt: o.salt
        });
        STORE.opened(terms, MARKET.idOf(terms), o.replicas, o.policy, a.effect.amount);
        BOOK.openedBy(a.account);
    }

    /// A call without its selector.
    function _arguments(bytes memory call) private pure returns (bytes memory arguments) {
        arguments = new bytes(call.length - 4);
        for (uint256 i = 0; i < arguments.length; ++i) {
            arguments[i] = call[i + 4];
        }
    }
}
