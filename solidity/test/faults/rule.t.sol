// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IFaults} from "../../src/interfaces/IFaults.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {Statement} from "../../src/types/DataTypes.sol";
import {FaultsTest} from "./FaultsTest.sol";

contract RuleTest is FaultsTest {
    function _refused(bool forTenant, uint256 slash, bytes memory why) private {
        vm.expectRevert(why);
        rule(forTenant, slash);
    }

    function test_RevertWhen_NotTheArbiters() external {
        dispute();
        address[3] memory others = [tenant, provider, stranger];
        for (uint256 i = 0; i < 3; ++i) {
            vm.expectRevert(abi.encodeWithSelector(Errors.NotArbiters.selector, others[i]));
            vm.prank(others[i]);
            market.rule(terms, true, 0);
        }
    }

    function test_RevertWhen_NobodyOpenedTheLease() external {
        dispute();
        ++terms.salt;
        _refused(true, 0, abi.encodeWithSelector(Errors.LeaseUnknown.selector, market.idOf(terms)));
    }

    function test_RevertWhen_ThereIsNoDispute() external {
        bytes memory why = abi.encodeWithSelector(Errors.NoDispute.selector, id);
        _refused(true, 0, why);
        dispute();
        rule(true, 0);
        _refused(false, 0, why);
    }

    function test_RevertWhen_TheDeadlineHasPassed() external {
        dispute();
        uint256 until = _now() + DISPUTE;
        vm.warp(until);
        _refused(true, 0, abi.encodeWithSelector(Errors.RulingLate.selector, until));
        vm.warp(until - 1);
        rule(true, 0);
    }

    function testFuzz_RevertWhen_TheSlashIsTooHigh(uint96 more, uint256 slash) external {
        more = uint96(bound(more, 0, 50 ether));
        vm.prank(provider);
        market.addBond{value: more}();
        dispute();
        uint256 most = bond() * FRAUD_SHARE / 10_000;
        slash = bound(slash, most + 1, type(uint256).max);
        _refused(true, slash, abi.encodeWithSelector(Errors.SlashTooHigh.selector, slash, most));
        rule(true, most);
        assertConserved();
    }

    function testFuzz_RevertWhen_ARulingForTheProviderSlashes(uint256 slash) external {
        slash = bound(slash, 1, type(uint256).max);
        dispute();
        _refused(false, slash, abi.encodeWithSelector(Errors.SlashTooHigh.selector, slash, 0));
    }

    function testFuzz_ForTheProvider(uint8 wait) external {
        Statement memory statement = busy(20, _now());
        uint256 epoch = prove(id, statement);
        dispute();
        settle(terms, statement, epoch, emptyPath());
        assertEq(market.earnings(provider, usd), 0);
        skip(wait);
        uint256 owed = market.owed(terms);
        vm.expectEmit(address(market));
        emit IFaults.DisputeEnded(id, provider, true, false, 0);
        rule(false, 0);
        assertEq(market.owed(terms), owed);
        _checkEnded(provider);
        assertEq(bond(), MIN_BOND);
        settle(terms, statement, epoch, emptyPath());
        assertEq(market.earnings(provider, usd), 20 * RATE);
    }

    function testFuzz_ForTheTenant(uint256 slash, bool closed) external {
        slash = bound(slash, 1, MIN_BOND / 2);
        Statement memory statement = busy(20, _now());
        uint256 epoch = prove(id, statement);
        dispute();
        vm.prank(tenant);
        if (closed) market.close(terms);
        else market.scale(terms, 3);
        uint256 toTenant = slash * 75 / 100;
        vm.expectEmit(address(market));
        emit IFaults.Slashed(provider, slash, toTenant, 0, slash - toTenant);
        vm.expectEmit(address(market));
        emit IFaults.DisputeEnded(id, provider, true, true, slash);
        rule(true, slash);
        assertEq(market.owed(terms), 0);
        assertEq(bond(), MIN_BOND - slash);
        assertEq(burned(), slash - toTenant);
        assertEq(market.earnings(tenant, ETH), toTenant + DISPUTE_DEPOSIT);
        assertFalse(market.accountOf(id, usd).frozen);
        assertConserved();
        settle(terms, statement, epoch, emptyPath());
        assertEq(market.earnings(provider, usd), 0);
        if (!closed) return;
        uint256 before = token.balanceOf(tenant);
        uint256 left = balanceOf(id, usd);
        market.refund(terms);
        assertEq(token.balanceOf(tenant), before + left);
    }

    function test_ForTheTenantWithoutASlash() external {
        dispute();
        vm.expectEmit(address(market));
        emit IFaults.DisputeEnded(id, provider, true, true, 0);
        rule(true, 0);
        _checkEnded(tenant);
        assertEq(bond(), MIN_BOND);
        assertEq(market.owed(terms), 0);
        // the lease goes on
        skip(EPOCH);
        proveAndSettle(terms, 1000);
        assertEq(market.earnings(provider, usd), 2 * EPOCH * RATE);
    }

    function _checkEnded(address winner) private view {
        assertEq(market.earnings(winner, ETH), DISPUTE_DEPOSIT);
        assertEq(market.disputeOf(id).deposit, 0);
        assertEq(market.disputeOf(id).until, 0);
        assertEq(market.disputeOf(id).again, _now() + CLAIM);
        assertEq(market.providerOf(provider).disputes, 0);
        assertFalse(market.accountOf(id, usd).frozen);
        assertConserved();
    }
}
