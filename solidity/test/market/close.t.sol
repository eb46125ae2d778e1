// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Vm} from "forge-std/Vm.sol";

import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {IMarket} from "../../src/interfaces/IMarket.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {Capacity, Order, Status, Terms} from "../../src/types/DataTypes.sol";
import {LeaseId} from "../../src/types/Ids.sol";
import {MarketTest} from "../MarketTest.sol";

contract CloseTest is MarketTest {
    function test_RevertWhen_NeitherTenantNorProvider() external {
        (Terms memory terms,) = open(usd, 2);
        vm.expectRevert(abi.encodeWithSelector(Errors.NotAllowed.selector, stranger));
        vm.prank(stranger);
        market.close(terms);
    }

    function test_RevertWhen_LeaseUnknown() external {
        Terms memory terms = termsOf(tenant, usd, order(2, 1));
        LeaseId id = market.idOf(terms);
        vm.expectRevert(abi.encodeWithSelector(Errors.LeaseUnknown.selector, id));
        vm.prank(tenant);
        market.close(terms);
    }

    function test_RevertWhen_Closed() external {
        (Terms memory terms, LeaseId id) = open(usd, 2);
        vm.startPrank(tenant);
        market.close(terms);
        vm.expectRevert(abi.encodeWithSelector(Errors.LeaseIsClosed.selector, id));
        market.close(terms);
    }

    function test_RevertWhen_TheProviderGaveNoNotice() external {
        (Terms memory terms,) = open(usd, 2);
        skip(1000);
        vm.expectRevert(abi.encodeWithSelector(Errors.NoticeRunning.selector, START + 1000 + NOTICE));
        vm.prank(provider);
        market.close(terms);
    }

    function test_RevertWhen_TheNoticeRuns() external {
        (Terms memory terms,) = open(usd, 2);
        vm.startPrank(provider);
        market.giveNotice(terms);
        skip(NOTICE - 1);
        vm.expectRevert(abi.encodeWithSelector(Errors.NoticeRunning.selector, START + NOTICE));
        market.close(terms);
        skip(1);
        market.close(terms);
    }

    function test_TheProviderClosesANoticePeriodAfterTheFundsRanOut() external {
        (Terms memory terms,) = open(tenant, usd, order(2, 1), 100 * 2 * RATE);
        skip(100);
        assertEq(uint8(market.statusOf(terms)), uint8(Status.Exhausted));
        skip(NOTICE - 1);
        vm.startPrank(provider);
        vm.expectRevert(abi.encodeWithSelector(Errors.NoticeRunning.selector, vm.getBlockTimestamp() + NOTICE));
        market.close(terms);
        skip(1);
        market.close(terms);
    }

    /// A lease that reserves nothing cannot run out of funds: the provider has to give notice.
    function test_RevertWhen_NothingIsReserved() external {
        (Terms memory terms, LeaseId id) = open(tenant, usd, _fromZero(), 1);
        skip(NOTICE * 100);
        vm.expectRevert(abi.encodeWithSelector(Errors.NoticeRunning.selector, vm.getBlockTimestamp() + NOTICE));
        vm.prank(provider);
        market.close(terms);
        assertEq(balanceOf(id, usd), 1);
    }

    function _fromZero() private pure returns (Order memory o) {
        o = order(0, 1);
        o.policy.minReplicas = 0;
    }

    function test_TheTenantClosesAndIsRefunded() external {
        (Terms memory terms, LeaseId id) = open(usd, 2);
        skip(10);
        uint256 back = DEPOSIT - 10 * 2 * RATE;
        uint256 before = token.balanceOf(tenant);
        vm.expectEmit(address(market));
        emit IMarket.LeaseClosed(id, tenant);
        vm.expectEmit(address(market));
        emit IEscrow.Refunded(id, tenant, back);
        vm.prank(tenant);
        market.close(terms);
        assertEq(token.balanceOf(tenant), before + back);
        assertEq(balanceOf(id, usd), 10 * 2 * RATE);
        assertEq(uint8(market.statusOf(terms)), uint8(Status.Closed));
        assertEq(market.reservationOf(id).replicas, 0);
        assertEq(market.reservationOf(id).integral, 10 * 2 * RATE * 1e12);
        assertEq(market.reservationOf(id).since, START + 10);
        Capacity memory c = market.capacityOf(provider);
        assertEq(uint256(c.heldMillicores) + c.heldMemoryMiB + c.heldDiskMiB + c.heldGpus, 0);
        assertEq(c.millicores, plenty().millicores);
        // nothing accrues any more
        skip(1000);
        assertEq(market.owed(terms), 10 * 2 * RATE);
    }

    function test_TheProviderClosesAndRefundsNobody() external {
        (Terms memory terms, LeaseId id) = open(usd, 2);
        vm.startPrank(provider);
        market.giveNotice(terms);
        skip(NOTICE);
        vm.recordLogs();
        market.close(terms);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 1);
        assertEq(logs[0].topics[0], IMarket.LeaseClosed.selector);
        assertEq(logs[0].topics[1], LeaseId.unwrap(id));
        assertEq(logs[0].topics[2], bytes32(uint256(uint160(provider))));
        assertEq(balanceOf(id, usd), DEPOSIT);
        assertEq(market.withdrawable(terms), DEPOSIT - NOTICE * 2 * RATE);
    }

    function test_NothingIsRefundedWhenAllIsOwed() external {
        (Terms memory terms, LeaseId id) = open(usd, 2);
        skip(CLAIM);
        vm.prank(tenant);
        market.scale(terms, 10);
        skip(CLAIM);
        vm.recordLogs();
        vm.prank(tenant);
        market.close(terms);
        assertEq(vm.getRecordedLogs().length, 1);
        assertEq(balanceOf(id, usd), DEPOSIT);
    }

    /// Capacity comes back as it was held, among other leases and after the provider has changed what it has.
    function test_ReleasesItsOwnCapacityAlone() external {
        (Terms memory terms,) = open(usd, 2);
        open(tenant, ETH, order(2, 2), DEPOSIT);
        vm.prank(provider);
        market.updateProvider(shape(), "key", "url");
        vm.prank(tenant);
        market.close(terms);
        Capacity memory c = market.capacityOf(provider);
        assertEq(c.heldMillicores, 10_000);
        assertEq(c.heldMemoryMiB, 10_000);
        assertEq(c.heldDiskMiB, 10_000);
        assertEq(c.heldGpus, 10);
        assertEq(c.millicores, 1000);
    }
}
