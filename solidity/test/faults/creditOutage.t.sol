// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IFaults} from "../../src/interfaces/IFaults.sol";
import {Accrual} from "../../src/libraries/Accrual.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {Order, PriceList, Statement, Terms} from "../../src/types/DataTypes.sol";
import {OfferId} from "../../src/types/Ids.sol";
import {FaultsTest} from "./FaultsTest.sol";

contract CreditOutageTest is FaultsTest {
    /// Thousandths of a core that a replica weighs: a core, 1,000 MiB, a GPU.
    uint256 private constant UNITS = 1000 + 250 + 8000;
    uint256 private constant CREDIT = 2 * UNITS * CREDIT_PER_CORE / 1000;

    uint256 private _used; // replica-seconds

    function _credit() private {
        vm.prank(reporter);
        market.creditOutage(terms);
    }

    function _refused(bytes memory why) private {
        vm.expectRevert(why);
        _credit();
    }

    function _tooYoung(uint256 since) private {
        uint256 latest = market.outageOf(provider).reportedAt - MISSED * EPOCH;
        _refused(abi.encodeWithSelector(Errors.LeaseTooYoung.selector, since, latest));
    }

    function test_RevertWhen_NobodyOpenedTheLease() external {
        outage();
        ++terms.salt;
        _refused(abi.encodeWithSelector(Errors.LeaseUnknown.selector, market.idOf(terms)));
    }

    function test_RevertWhen_TheLeaseIsClosed() external {
        outage();
        vm.prank(tenant);
        market.close(terms);
        _refused(abi.encodeWithSelector(Errors.LeaseIsClosed.selector, id));
    }

    function test_RevertWhen_NoOutageIsConfirmed() external {
        bytes memory why = abi.encodeWithSelector(Errors.NoOutage.selector, provider);
        _refused(why);
        fallSilent();
        report();
        _refused(why);
        waitForGrace();
        _refused(why);
    }

    function test_RevertWhen_TheProviderHasPostedSince() external {
        outage();
        post("root");
        _refused(abi.encodeWithSelector(Errors.NoOutage.selector, provider));
    }

    function test_RevertWhen_TheCreditWasPaid() external {
        outage(); // since epoch 0
        _credit();
        _refused(abi.encodeWithSelector(Errors.CreditPaid.selector, id, 0));
        post("root");
        outage();
        _credit();
        _refused(abi.encodeWithSelector(Errors.CreditPaid.selector, id, 1));
        assertConserved();
    }

    /// Opening leases with a silent provider does not drain its bond.
    function testFuzz_RevertWhen_TheLeaseWasOpenedInTheSilence(uint8 before) external {
        before = uint8(bound(before, 0, MISSED * EPOCH - 1));
        post("root");
        skip(MISSED * EPOCH - before);
        (terms, id) = open(tenant, usd, order(10, 2), DEPOSIT);
        uint256 opened = _now();
        skip(before);
        report();
        waitForGrace();
        market.confirmSilence(provider);
        _tooYoung(opened);
        (terms, id) = open(tenant, usd, order(10, 3), DEPOSIT);
        _tooYoung(_now());
        skip(CLAIM);
        _tooYoung(_now() - CLAIM);
        assertEq(bond(), MIN_BOND);
    }

    /// Nor let one grow.
    function testFuzz_RevertWhen_TheLeaseSteppedInTheSilence(uint8 before) external {
        before = uint8(bound(before, 0, MISSED * EPOCH - 1));
        skip(MISSED * EPOCH - before);
        vm.prank(tenant);
        market.scale(terms, 10);
        uint256 stepped = _now();
        skip(before);
        report();
        waitForGrace();
        market.confirmSilence(provider);
        _tooYoung(stepped);
    }

    /// What both sides have signed shows that there was no silence between them.
    function test_RevertWhen_SomethingNewerWasSettled() external {
        skip(1);
        Statement memory statement = busy(20, _now());
        bytes memory signature = sign(tenantKey, id, statement);
        vm.prank(provider);
        market.settleSigned(terms, statement, signature);
        skip(MISSED * EPOCH - 1);
        report();
        waitForGrace();
        market.confirmSilence(provider);
        _tooYoung(statement.time);
    }

    function test_PaysTheCredit() external {
        outage();
        uint256 toTenant = CREDIT * 75 / 100;
        vm.expectEmit(address(market));
        emit IFaults.Slashed(provider, CREDIT, toTenant, CREDIT / 10, CREDIT - toTenant - CREDIT / 10);
        vm.expectEmit(address(market));
        emit IFaults.OutageCredited(id, provider, 0, CREDIT);
        _credit();
        assertEq(bond(), MIN_BOND - CREDIT);
        assertEq(market.earnings(tenant, ETH), toTenant);
        assertEq(market.earnings(reporter, ETH), CREDIT / 10);
        assertConserved();
    }

    /// The minimum bond of 1 ETH covers 108 replicas.
    function test_PaysNoMoreThanTheBondHas() external {
        Order memory o = order(200, 2);
        (o.policy.maxReplicas, o.maxRate) = (200, type(uint104).max);
        (terms, id) = open(tenant, usd, o, 100 * DEPOSIT);
        skip(MISSED * EPOCH);
        outage();
        _credit();
        assertEq(bond(), 0);
        assertConserved();
        Terms memory first = termsOf(tenant, usd, order(2, 1));
        market.creditOutage(first); // nothing is left, and it is cut all the same
        assertEq(market.owed(first), 0);
        assertConserved();
    }

    function test_ALeaseAtZeroHasNoCredit() external {
        Order memory o = order(0, 2);
        o.policy.minReplicas = 0;
        (terms, id) = open(tenant, usd, o, DEPOSIT);
        skip(MISSED * EPOCH);
        outage();
        _credit();
        assertEq(bond(), MIN_BOND);
    }

    function test_WhatIsOwedEndsAtTheNewestRoot() external {
        Statement memory statement = busy(20, _now());
        uint256 epoch = post(market.leafOf(id, statement));
        uint256 snapshot = vm.snapshotState();
        outage();
        uint256 owed = market.owed(terms);
        assertEq(owed, 2 * RATE * (_now() - START));
        _credit();
        assertEq(market.owed(terms), 20 * RATE);
        // what accrues from now on may be owed again
        skip(5);
        assertEq(market.owed(terms), 20 * RATE + 2 * RATE * 5);
        // the tenant leaves with all that no root could claim
        vm.prank(tenant);
        market.close(terms);
        assertEq(balanceOf(id, usd), 20 * RATE + 2 * RATE * 5);
        settle(terms, statement, epoch, emptyPath());
        assertEq(market.earnings(provider, usd), 20 * RATE);
        assertTrue(vm.revertToState(snapshot));
        // closing at once
        outage();
        _credit();
        vm.prank(tenant);
        market.close(terms);
        assertEq(balanceOf(id, usd), 20 * RATE);
        settle(terms, statement, epoch, emptyPath());
        assertEq(market.earnings(provider, usd), 20 * RATE);
        assertEq(balanceOf(id, usd), 0);
        assertConserved();
    }

    function test_AFrozenLease() external {
        dispute();
        outage();
        _credit();
        assertTrue(market.accountOf(id, usd).frozen);
        assertEq(market.owed(terms), 0);
        assertConserved();
    }

    /// What happens before the outage: when things happen, in seconds from the one before, and how many replicas.
    struct Life {
        uint64 price;
        uint16 settledAfter;
        uint16 settledShare; // of 65,535
        uint16 steppedAfter;
        uint8 replicas;
        uint16 rootAfter;
        uint16 rootShare;
        uint32 silentFor;
    }

    /// Every relation of the settled statement, the last step, the newest root and the claim window.
    function testFuzz_TheCut(Life calldata life) external {
        _live(life);
        Statement memory last = _state(life.rootAfter, life.rootShare);
        uint256 epoch = post(market.leafOf(id, last));
        // what the root proves
        uint256 provable = _provable(last, epoch, life.silentFor);
        outage();
        skip(life.silentFor % (2 * CLAIM));
        uint256 owed = market.owed(terms);
        _credit();
        uint256 after_ = market.owed(terms);
        assertLe(after_, owed + 1, "raised");
        assertGe(after_, provable, "lowered too far");
        uint256 paid = market.accountOf(id, usd).paid;
        if (last.time + CLAIM >= _now()) {
            settle(terms, last, epoch, emptyPath());
            assertEq(market.accountOf(id, usd).paid, paid + provable, "what was posted");
        }
        assertConserved();
    }

    /// Another outage, and another cut: it takes off what accrued since the first, and nothing else.
    function testFuzz_CutsRepeat(Life calldata life, uint16 wait) external {
        _live(life);
        post("root");
        outage();
        _credit();
        uint256 once = market.owed(terms);
        post("another");
        uint256 accrued = _now();
        skip(wait % (CLAIM / 2));
        outage();
        uint256 owed = market.owed(terms);
        _credit();
        uint256 twice = market.owed(terms);
        assertLe(twice, owed + 1);
        assertLe(twice, once + 1 + _rate() * (_now() - accrued) / 1e12);
        vm.prank(tenant);
        market.close(terms);
        skip(CLAIM);
        if (balanceOf(id, usd) > 0) market.refund(terms);
        assertEq(balanceOf(id, usd), 0);
        assertConserved();
    }

    function _rate() private view returns (uint256) {
        return uint256(terms.rates.reserved) * market.reservationOf(id).replicas;
    }

    function _provable(Statement memory last, uint256 epoch, uint256 silentFor) private returns (uint256 provable) {
        uint256 snapshot = vm.snapshotState();
        uint256 paid = market.accountOf(id, usd).paid;
        outage();
        skip(silentFor % (2 * CLAIM));
        if (last.time + CLAIM >= _now()) {
            settle(terms, last, epoch, emptyPath());
            provable = market.accountOf(id, usd).paid - paid;
        }
        assertTrue(vm.revertToState(snapshot));
    }

    /// A lease at a price that does not divide evenly, settled once and stepped once.
    function _live(Life calldata life) private {
        PriceList memory p = prices();
        p.millicore = uint80(bound(life.price, 1, 1e11));
        vm.startPrank(provider);
        market.addBond{value: 20 ether}();
        OfferId offer = market.listOffer(usd, p);
        vm.stopPrank();
        Order memory o = order(2, 9);
        (o.maxRate, o.policy.minReplicas) = (type(uint104).max, 0);
        vm.prank(tenant);
        id = market.take(offer, o, 1e15);
        terms = termsOf(tenant, usd, o);
        terms.rates = Accrual.rates(p, o.shape);
        Statement memory statement = _state(life.settledAfter, life.settledShare);
        bytes memory signature = sign(tenantKey, id, statement);
        vm.prank(provider);
        market.settleSigned(terms, statement, signature);
        if (life.replicas % 4 == 3) return; // no step
        skip(life.steppedAfter % (CLAIM / 4));
        vm.prank(tenant);
        market.scale(terms, life.replicas % 11);
    }

    /// After some time, a share of all that its replicas could have used in it.
    function _state(uint16 after_, uint16 share) private returns (Statement memory) {
        uint256 lasts = SPACING + after_ % (CLAIM / 4);
        skip(lasts);
        _used += market.reservationOf(id).replicas * lasts * share / type(uint16).max;
        return busy(_used, _now());
    }
}
