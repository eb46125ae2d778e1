// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IFaults} from "../../src/interfaces/IFaults.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {Dispute, Parameters, Statement} from "../../src/types/DataTypes.sol";
import {FaultsTest} from "./FaultsTest.sol";

contract DisputeTest is FaultsTest {
    function _refused(bytes memory why) private {
        vm.expectRevert(why);
        dispute();
    }

    function test_RevertWhen_NotTheTenant() external {
        address[3] memory others = [provider, stranger, arbiters];
        for (uint256 i = 0; i < 3; ++i) {
            vm.deal(others[i], 1 ether);
            vm.expectRevert(abi.encodeWithSelector(Errors.NotAllowed.selector, others[i]));
            vm.prank(others[i]);
            market.dispute{value: DISPUTE_DEPOSIT}(terms, "evidence");
        }
    }

    function test_RevertWhen_NobodyOpenedTheLease() external {
        ++terms.salt;
        _refused(abi.encodeWithSelector(Errors.LeaseUnknown.selector, market.idOf(terms)));
    }

    function testFuzz_RevertWhen_TheValueIsNotTheDeposit(uint96 value) external {
        value = uint96(bound(value, 0, 100 ether));
        vm.assume(value != DISPUTE_DEPOSIT);
        vm.expectRevert(abi.encodeWithSelector(Errors.WrongValue.selector, value, DISPUTE_DEPOSIT));
        vm.prank(tenant);
        market.dispute{value: value}(terms, "evidence");
    }

    /// Closed, and money may still be owed, but the provider has left.
    function test_RevertWhen_TheProviderHasLeft() external {
        skip(CLAIM);
        vm.prank(provider);
        market.announceExit();
        skip(EXIT);
        vm.prank(tenant);
        market.close(terms);
        vm.prank(provider);
        market.unregister();
        assertGt(market.owed(terms), 0);
        _refused(abi.encodeWithSelector(Errors.NotRegistered.selector, provider));
    }

    function test_RevertWhen_ItIsDisputed() external {
        dispute();
        _refused(abi.encodeWithSelector(Errors.DisputeRunning.selector, id));
        skip(DISPUTE); // also when the deadline has passed
        _refused(abi.encodeWithSelector(Errors.DisputeRunning.selector, id));
    }

    function testFuzz_RevertWhen_TheLastDisputeIsTooYoung(uint8 end) external {
        dispute();
        if (end % 3 == 2) skip(DISPUTE);
        if (end % 3 == 2) market.endDispute(terms);
        else rule(end % 3 == 1, 0);
        uint256 again = _now() + CLAIM;
        _refused(abi.encodeWithSelector(Errors.DisputeTooSoon.selector, again));
        vm.warp(again - 1);
        _refused(abi.encodeWithSelector(Errors.DisputeTooSoon.selector, again));
        skip(1);
        dispute();
        assertConserved();
    }

    function test_RevertWhen_NothingIsOwedAnyMore() external {
        vm.prank(tenant);
        market.close(terms);
        skip(CLAIM);
        _refused(abi.encodeWithSelector(Errors.LeaseIsClosed.selector, id));
    }

    function test_Disputes() external {
        vm.expectEmit(address(market));
        emit IFaults.DisputeOpened(id, provider, _now() + DISPUTE, "evidence");
        dispute();
        Dispute memory d = market.disputeOf(id);
        assertEq(d.deposit, DISPUTE_DEPOSIT);
        assertEq(d.until, _now() + DISPUTE);
        assertTrue(market.accountOf(id, usd).frozen);
        assertEq(market.providerOf(provider).disputes, 1);
        assertConserved();
    }

    function test_OfAClosedLeaseThatOwes() external {
        vm.prank(tenant);
        market.close(terms);
        skip(CLAIM - 1);
        dispute();
        assertTrue(market.accountOf(id, usd).frozen);
    }

    // What a tenant may do meanwhile

    /// All of its verbs are callable, and what the ruling may give to the provider stays.
    function testFuzz_TheTenantTakesNothingThatIsOwed(uint8 wait, uint16 replicas, bool closes) external {
        skip(wait);
        Statement memory statement = busy(2 * (EPOCH + wait), _now()); // all that was reserved
        uint256 epoch = post(market.leafOf(id, statement));
        dispute();
        vm.startPrank(tenant);
        market.topUp(usd, id, 1);
        market.scale(terms, uint16(bound(replicas, 1, 10)));
        market.setPolicy(terms, policy());
        uint256 free = market.withdrawable(terms);
        if (free > 0) market.withdraw(terms, free);
        if (closes) market.close(terms);
        vm.stopPrank();
        skip(DISPUTE - 1);
        if (closes) {
            vm.expectRevert(Errors.NothingToPay.selector);
            market.refund(terms);
        }
        rule(false, 0);
        settle(terms, statement, epoch, emptyPath());
        assertEq(market.earnings(provider, usd), statement.replicaSeconds * RATE);
        if (closes) assertEq(balanceOf(id, usd), 0);
        assertConserved();
    }

    /// A closed lease pays its refund while it is disputed, but not what is owed.
    function test_ARefundLeavesWhatIsOwed() external {
        vm.prank(tenant);
        market.close(terms);
        dispute();
        vm.prank(stranger);
        market.topUp(usd, id, 7);
        uint256 before = token.balanceOf(tenant);
        market.refund(terms);
        assertEq(token.balanceOf(tenant), before + 7);
        assertEq(balanceOf(id, usd), 20 * RATE);
        assertTrue(market.accountOf(id, usd).frozen);
    }

    // What lapses meanwhile

    /// At the shortest claim window that a deployment may have, and at the end of everything: a statement of an epoch that
    /// began with the last settlement, posted as late as it may be, disputed in the last second before it matured, and left
    /// to its deadline. All of it is paid.
    function testFuzz_NothingLapsesForADispute(uint16 epochLength, uint16 challenge, uint16 window, uint8 spent)
        external
    {
        Parameters memory p = localParameters();
        p.epochLength = uint32(bound(epochLength, 1, 3600));
        p.rootSpacing = 1;
        p.challengeWindow = uint32(bound(challenge, 1, 3600));
        p.rootRing = p.challengeWindow + 2;
        p.disputeWindow = uint32(bound(window, 1, 7200));
        p.claimWindow = p.disputeWindow + p.challengeWindow + 2 * p.epochLength + 1;
        p.exitDelay = 1;
        market = deploy(p);
        _openWith(p);
        // the epoch, and one more in which its root waits to be mined
        uint256 epochEnds = _now() + p.epochLength;
        vm.warp(epochEnds + spent % (uint256(p.epochLength) + 1));
        Statement memory statement = busy(2 * uint256(p.epochLength), epochEnds);
        uint256 epoch = post(market.leafOf(id, statement));
        skip(p.challengeWindow - 1);
        dispute();
        skip(p.disputeWindow);
        market.endDispute(terms);
        settle(terms, statement, epoch, emptyPath());
        assertEq(market.earnings(provider, usd), 2 * uint256(p.epochLength) * RATE);
    }

    function _openWith(Parameters memory p) private {
        vm.startPrank(provider);
        market.register{value: p.minBond}(plenty(), "key", "url");
        market.listOffer(ETH, prices());
        usdOffer = market.listOffer(usd, prices());
        vm.stopPrank();
        vm.prank(tenant);
        token.approve(address(market), type(uint256).max);
        (terms, id) = open(tenant, usd, order(2, 1), 1e9);
    }

    /// A shorter claim window is refused.
    function test_RevertWhen_ADisputeWouldLetStatementsLapse() external {
        Parameters memory p = localParameters();
        p.claimWindow = p.disputeWindow + p.challengeWindow + 2 * p.epochLength;
        vm.expectRevert(); // with BadParameters, which the cheat code does not show
        this.deployed(p);
        ++p.claimWindow;
        deploy(p);
    }

    function deployed(Parameters memory p) external {
        deployCode("Faults.sol:Faults", abi.encode(p));
    }

    /// A provider that lets its claims lie for almost the claim window can lose what lapses in one dispute: the dispute's
    /// window at most, and then it has a whole claim window to itself.
    function testFuzz_WaitingGainsATenantOneDisputeWindowAtMost(uint16 lain) external {
        lain = uint16(bound(lain, CLAIM - DISPUTE, CLAIM - CHALLENGE));
        vm.prank(stranger);
        market.topUp(usd, id, 10 * DEPOSIT);
        vm.warp(START + lain);
        Statement memory statement = busy(2 * uint256(lain), _now());
        uint256 epoch = prove(id, statement);
        dispute();
        skip(DISPUTE);
        market.endDispute(terms);
        settle(terms, statement, epoch, emptyPath());
        uint256 lapsed = _now() - CLAIM - START;
        assertLe(lapsed, DISPUTE);
        assertEq(market.earnings(provider, usd), 2 * RATE * (lain - lapsed));
        vm.expectRevert(abi.encodeWithSelector(Errors.DisputeTooSoon.selector, _now() + CLAIM));
        dispute();
    }
}
