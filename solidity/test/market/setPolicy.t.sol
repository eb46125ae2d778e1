// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IMarket} from "../../src/interfaces/IMarket.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {
    Account as LeaseAccount,
    Capacity,
    LeasePolicy,
    Order,
    PriceList,
    Reservation,
    Shape,
    Terms
} from "../../src/types/DataTypes.sol";
import {LeaseId, OfferId} from "../../src/types/Ids.sol";
import {Accrual} from "../../src/libraries/Accrual.sol";
import {MarketTest} from "../MarketTest.sol";

contract SetPolicyTest is MarketTest {
    Terms private terms;
    LeaseId private id;

    function setUp() public override {
        super.setUp();
        (terms, id) = open(usd, 4);
    }

    function _refused(LeasePolicy memory p, bytes memory why) private {
        vm.expectRevert(why);
        vm.prank(tenant);
        market.setPolicy(terms, p);
    }

    function _set(LeasePolicy memory p) private {
        vm.prank(tenant);
        market.setPolicy(terms, p);
    }

    function _bounds(uint16 min, uint16 max) private pure returns (LeasePolicy memory p) {
        p = policy();
        (p.minReplicas, p.maxReplicas) = (min, max);
    }

    function test_RevertWhen_NotTheTenant() external {
        address[2] memory others = [provider, stranger];
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectRevert(abi.encodeWithSelector(Errors.NotAllowed.selector, others[i]));
            vm.prank(others[i]);
            market.setPolicy(terms, policy());
        }
    }

    function test_RevertWhen_LeaseUnknown() external {
        terms = termsOf(tenant, usd, order(2, 2));
        _refused(policy(), abi.encodeWithSelector(Errors.LeaseUnknown.selector, market.idOf(terms)));
    }

    function test_RevertWhen_Closed() external {
        vm.prank(tenant);
        market.close(terms);
        _refused(policy(), abi.encodeWithSelector(Errors.LeaseIsClosed.selector, id));
    }

    function test_RevertWhen_ThePolicyContradictsItself() external {
        for (uint256 i = 0; i < 8; ++i) {
            LeasePolicy memory p = policy();
            if (i == 0) (p.minReplicas, p.maxReplicas) = (0, 0);
            if (i == 1) (p.minReplicas, p.maxReplicas) = (5, 4);
            if (i == 2) (p.down, p.target) = (0, 0);
            if (i == 3) (p.target, p.up) = (101, 101);
            if (i == 4) p.down = p.target;
            if (i == 5) p.up = p.target - 1;
            if (i == 6) p.up = 101;
            if (i == 7) p.step = 0;
            _refused(p, abi.encodePacked(Errors.BadPolicy.selector));
        }
    }

    /// Refused, not bent: the count changes by `scale` alone.
    function test_RevertWhen_TheCountIsOutside() external {
        _refused(_bounds(5, 10), abi.encodeWithSelector(Errors.ReplicasOutOfBounds.selector, 4, 5, 10));
        _refused(_bounds(1, 3), abi.encodeWithSelector(Errors.ReplicasOutOfBounds.selector, 4, 1, 3));
        _set(_bounds(4, 4));
    }

    /// The order's budget of ten replicas is no bound here; what a rate can be at all is.
    function test_RevertWhen_TheRateOutgrowsItsField() external {
        PriceList memory p = prices();
        (p.millicore, p.memoryMiB) = (type(uint80).max, type(uint80).max);
        vm.startPrank(provider);
        market.updateProvider(Shape(type(uint32).max, type(uint32).max, type(uint32).max, 65_535), "key", "url");
        OfferId offer = market.listOffer(usd, p);
        vm.stopPrank();
        Order memory o = order(0, 2);
        (o.policy.minReplicas, o.policy.maxReplicas, o.maxRate) = (0, 1, type(uint104).max);
        terms = termsOf(tenant, usd, o);
        terms.rates = Accrual.rates(p, o.shape);
        vm.startPrank(tenant);
        market.take(offer, o, 1);
        uint256 most = type(uint104).max / uint256(terms.rates.reserved);
        assertLt(most, type(uint16).max);
        market.setPolicy(terms, _bounds(0, uint16(most)));
        vm.stopPrank();
        uint256 highest = uint256(terms.rates.reserved) * (most + 1);
        bytes memory why = abi.encodeWithSelector(Errors.RateTooHigh.selector, highest, type(uint104).max);
        _refused(_bounds(0, uint16(most + 1)), why);
    }

    function test_RevertWhen_TheProviderHasNoCapacity() external {
        vm.prank(provider);
        market.updateProvider(Shape(20_000, 12_000, 20_000, 20), "key", "url");
        _refused(_bounds(1, 13), abi.encodeWithSelector(Errors.CapacityExceeded.selector, 1, 3000, 2000));
        _set(_bounds(1, 12));
        // what is held may shrink even where there is less than that
        vm.prank(provider);
        market.updateProvider(Shape(1, 1, 1, 0), "key", "url");
        _refused(_bounds(1, 13), abi.encodeWithSelector(Errors.CapacityExceeded.selector, 0, 1000, 0));
        _set(_bounds(1, 12));
        _set(_bounds(1, 11));
    }

    function test_SetsAllOfThePolicyAndNothingElse() external {
        skip(7);
        Reservation memory before = market.reservationOf(id);
        LeaseAccount memory account = market.accountOf(id, usd);
        LeasePolicy memory p = LeasePolicy(3, 1000, 60, 90, 7, 65_535, 255, 9);
        vm.expectEmit(address(market));
        emit IMarket.PolicySet(id, p);
        _set(p);
        Reservation memory r = market.reservationOf(id);
        assertEq(r.integral, before.integral);
        assertEq(r.since, before.since);
        assertEq(r.replicas, 4);
        assertEq(
            keccak256(abi.encode(r.maxReplicas, r.target, r.up, r.down, r.cooldown, r.step, r.headroom)),
            keccak256(abi.encode(1000, 60, 90, 7, 65_535, 255, 9))
        );
        account.minReplicas = 3;
        assertEq(keccak256(abi.encode(market.accountOf(id, usd))), keccak256(abi.encode(account)));
        assertEq(market.owed(terms), 7 * 4 * RATE);
    }

    function test_HeldCapacityFollowsTheMaximum() external {
        open(tenant, ETH, order(2, 2), DEPOSIT);
        uint16[4] memory most = [uint16(25), 25, 4, 9];
        for (uint256 i = 0; i < 4; ++i) {
            _set(_bounds(1, most[i]));
            _holds(most[i] + 10);
        }
        vm.prank(tenant);
        market.close(terms);
        _holds(10);
    }

    function _holds(uint256 replicas) private view {
        Capacity memory c = market.capacityOf(provider);
        assertEq(c.heldMillicores, replicas * 1000);
        assertEq(c.heldMemoryMiB, replicas * 1000);
        assertEq(c.heldDiskMiB, replicas * 1000);
        assertEq(c.heldGpus, replicas);
        assertEq(c.millicores, plenty().millicores);
    }

    function test_StepsKeepToTheNewPolicy() external {
        _set(_bounds(3, 20));
        vm.startPrank(tenant);
        market.scale(terms, 20);
        market.scale(terms, 3);
        vm.expectRevert(abi.encodeWithSelector(Errors.ReplicasOutOfBounds.selector, 2, 3, 20));
        market.scale(terms, 2);
    }
}
