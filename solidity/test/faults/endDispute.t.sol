// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IFaults} from "../../src/interfaces/IFaults.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {Statement} from "../../src/types/DataTypes.sol";
import {FaultsTest} from "./FaultsTest.sol";

contract EndDisputeTest is FaultsTest {
    function test_RevertWhen_NobodyOpenedTheLease() external {
        ++terms.salt;
        vm.expectRevert(abi.encodeWithSelector(Errors.LeaseUnknown.selector, market.idOf(terms)));
        market.endDispute(terms);
    }

    function test_RevertWhen_ThereIsNoDispute() external {
        vm.expectRevert(abi.encodeWithSelector(Errors.NoDispute.selector, id));
        market.endDispute(terms);
        dispute();
        skip(DISPUTE);
        market.endDispute(terms);
        vm.expectRevert(abi.encodeWithSelector(Errors.NoDispute.selector, id));
        market.endDispute(terms);
    }

    function testFuzz_RevertWhen_TheArbitersMayRule(uint16 wait) external {
        dispute();
        uint256 until = _now() + DISPUTE;
        skip(wait % DISPUTE);
        vm.expectRevert(abi.encodeWithSelector(Errors.RulingAwaited.selector, until));
        market.endDispute(terms);
    }

    function testFuzz_TheProofsStand(uint16 late) external {
        Statement memory statement = busy(20, _now());
        uint256 epoch = prove(id, statement);
        dispute();
        skip(DISPUTE + late % (CLAIM - DISPUTE - 2 * EPOCH));
        vm.expectEmit(address(market));
        emit IFaults.DisputeEnded(id, provider, false, false, 0);
        vm.prank(stranger);
        market.endDispute(terms);
        assertEq(market.earnings(tenant, ETH), DISPUTE_DEPOSIT);
        assertEq(market.disputeOf(id).again, _now() + CLAIM);
        assertEq(market.providerOf(provider).disputes, 0);
        assertEq(bond(), MIN_BOND);
        assertConserved();
        settle(terms, statement, epoch, emptyPath());
        assertEq(market.earnings(provider, usd), 20 * RATE);
    }
}
