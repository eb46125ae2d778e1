// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Currency} from "../../src/types/Currency.sol";
import {MarketTest} from "../MarketTest.sol";
import {ApprovalsStore} from "./ApprovalsStore.sol";
import {Store} from "./Store.sol";
import {ApproverHandler} from "./handlers/ApproverHandler.sol";
import {ProviderHandler} from "./handlers/ProviderHandler.sol";
import {StrangerHandler} from "./handlers/StrangerHandler.sol";
import {TimeHandler} from "./handlers/TimeHandler.sol";

/// The invariants of README.md on bound accounts, after every step of random lives of two tenants with five approvers.
contract ApprovalsInvariants is MarketTest {
    ApprovalsStore private store;
    address[] private tenants;

    function setUp() public override {
        super.setUp();
        store = new ApprovalsStore();
        tenants.push(tenant);
        tenants.push(makeAddr("another tenant"));
        fund(tenants[1]);
        ApproverHandler approver = new ApproverHandler(market, store, tenants, _pool(), usd);
        for (uint256 i = 0; i < 2; ++i) {
            approver.bind(1 << 16 | i << 8, 0x1f, 2 + i, uint256(keccak256(abi.encode(i))));
        }
        targetContract(address(approver));
        targetContract(address(new ProviderHandler(market, store, provider, tenantKey, usd)));
        targetContract(address(new StrangerHandler(market, store, stranger, usd)));
        targetContract(address(new TimeHandler(market, store)));
    }

    /// Keys by ascending addresses.
    function _pool() private returns (uint256[] memory keys) {
        keys = new uint256[](5);
        for (uint256 i = 0; i < 5; ++i) {
            (, uint256 key) = makeAddrAndKey(string.concat("approver", vm.toString(i)));
            uint256 j = i;
            for (; j > 0 && vm.addr(keys[j - 1]) > vm.addr(key); --j) {
                keys[j] = keys[j - 1];
            }
            keys[j] = key;
        }
    }

    // 10

    function invariant_ConsentsNeverExceedOneUse() external view {
        for (uint256 k = 0; k < store.actions(); ++k) {
            ApprovalsStore.Action memory a = store.action(k);
            assertLe(store.nonceUses(a.account, a.nonce), 1, "nonce");
            assertLe(a.uses.length, 1, "action");
            if (a.uses.length == 0) continue;
            ApprovalsStore.Use memory use = a.uses[0];
            assertLe(use.time, a.expiry, "expiry");
            assertEq(use.version, a.version, "version");
            assertGt(use.threshold, 0, "free");
            assertGe(use.consents, use.threshold, "consents");
        }
    }

    // 11

    function invariant_ExposureIsWhatHasNotComeBack() external view {
        for (uint256 i = 0; i < 2; ++i) {
            for (uint256 c = 0; c < 2; ++c) {
                Currency currency = c == 0 ? ETH : usd;
                assertEq(market.limitsOf(tenants[i], currency).exposed, store.exposed(tenants[i], currency));
            }
            ApprovalsStore.SpendingPolicy memory b = store.policy(tenants[i]);
            (uint256 threshold, uint256 version) = market.bindingOf(tenants[i]);
            assertEq(threshold, b.threshold);
            assertEq(version, b.version);
        }
        for (uint256 i = 0; i < store.count(); ++i) {
            Store.Lease memory lease = store.lease(i);
            assertEq(market.accountOf(lease.id, lease.terms.currency).bound, store.isBoundLease(i));
        }
    }

    // 12

    function invariant_WithoutConsentsNoLimitIsExceeded() external view {
        assertEq(store.overrun(), 0);
    }

    // 1, once more

    function invariant_TheVaultHoldsExactlyWhatItOwes() external view {
        for (uint256 c = 0; c < 2; ++c) {
            Currency currency = c == 0 ? ETH : usd;
            uint256 sum = market.earnings(provider, currency) + market.earnings(stranger, currency);
            if (currency.isNative()) sum += market.providerOf(provider).bond;
            for (uint256 i = 0; i < store.count(); ++i) {
                Store.Lease memory lease = store.lease(i);
                bool same = Currency.unwrap(lease.terms.currency) == Currency.unwrap(currency);
                if (same) sum += balanceOf(lease.id, currency);
            }
            assertEq(held(currency, address(market)), sum);
        }
    }
}
