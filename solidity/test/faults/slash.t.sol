// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Errors} from "../../src/libraries/Errors.sol";
import {Fraud, Order, Parameters, Shape, Statement, Terms} from "../../src/types/DataTypes.sol";
import {FaultsTest} from "./FaultsTest.sol";

contract SlashTest is FaultsTest {
    uint96 private constant PER_CORE = 0.01 ether;

    /// More CPU time than there is.
    function _convict() private {
        Statement memory statement = busy(20, _now());
        ++statement.cpuNanos;
        prove(Fraud.Excess, one(state(statement)));
    }

    /// A market in which each core asks for its bond.
    function _deploy(uint256 bond_) private {
        Parameters memory p = localParameters();
        p.bondPerCore = PER_CORE;
        market = deploy(p);
        vm.prank(provider);
        market.register{value: bond_}(_capacity(), "key", "url");
        vm.prank(provider);
        usdOffer = market.listOffer(usd, prices());
        vm.prank(tenant);
        token.approve(address(market), type(uint256).max);
        (terms, id) = open(tenant, usd, order(2, 1), DEPOSIT);
        skip(EPOCH);
    }

    /// 100 cores, as much memory as weighs 25, and GPUs that weigh 800.
    function _capacity() private pure returns (Shape memory) {
        return Shape({millicores: 100_000, memoryMiB: 100_000, diskMiB: 100_000, gpus: 100});
    }

    uint256 private constant REQUIRED = MIN_BOND + 925 * PER_CORE;

    /// Half of the bond goes: what is left covers the capacity, or lacks a wei.
    function testFuzz_WhatNoBondCoversIsNotSold(uint96 bond_) external {
        bond_ = uint96(bound(bond_, REQUIRED, 3 * REQUIRED));
        vm.deal(provider, bond_);
        _deploy(bond_);
        _convict();
        bool covered = bond() >= REQUIRED;
        assertEq(market.capacityOf(provider).millicores, covered ? 100_000 : 0);
        assertEq(market.capacityOf(provider).gpus, covered ? 100 : 0);
        assertEq(market.capacityOf(provider).heldMillicores, 10_000);
        if (!covered) vm.expectRevert(abi.encodeWithSelector(Errors.CapacityExceeded.selector, 0, 10_000, 0));
        Order memory o = order(2, 2);
        vm.prank(tenant);
        market.take(usdOffer, o, DEPOSIT);
    }

    function test_ToTheLastWei() external {
        vm.deal(provider, 2 * REQUIRED);
        _deploy(2 * REQUIRED);
        _convict();
        assertEq(bond(), REQUIRED);
        assertEq(market.capacityOf(provider).millicores, 100_000);
        dispute();
        rule(true, 1);
        assertEq(market.capacityOf(provider).millicores, 0);
        // the lease that there is goes on
        vm.prank(tenant);
        market.scale(terms, 10);
        skip(EPOCH);
        vm.prank(tenant);
        market.close(terms);
        assertEq(market.capacityOf(provider).heldMillicores, 0);
    }

    function test_SellsAgain() external {
        vm.deal(provider, 2 * REQUIRED);
        _deploy(REQUIRED);
        _convict();
        vm.startPrank(provider);
        bytes memory why = abi.encodeWithSelector(Errors.BondTooSmall.selector, REQUIRED / 2, REQUIRED);
        vm.expectRevert(why);
        market.updateProvider(_capacity(), "key", "url");
        market.addBond{value: REQUIRED - REQUIRED / 2}();
        market.updateProvider(_capacity(), "key", "url");
        vm.stopPrank();
        open(tenant, usd, order(2, 2), DEPOSIT);
    }

    // Self-reporting

    /// The provider is its own tenant and reports itself: whatever it is convicted of, it has less than before.
    function testFuzz_ReportingOneselfLoses(uint96 bond_, uint8 how, uint16 share, uint16 used) external {
        bond_ = uint96(bound(bond_, MIN_BOND, 100 ether));
        Parameters memory p = localParameters();
        p.fraudShare = uint16(bound(share, 1, 10_000));
        p.creditPerCore = uint96(bound(share, 1, 1 ether));
        market = deploy(p);
        fund(provider);
        vm.startPrank(provider);
        market.register{value: bond_}(plenty(), "key", "url");
        usdOffer = market.listOffer(usd, prices());
        vm.stopPrank();
        (tenant, reporter) = (provider, provider);
        (terms, id) = open(provider, usd, order(2, 1), DEPOSIT);
        skip(EPOCH);
        uint256 before = _wealth();
        if (how % 3 == 0) {
            proveAndSettle(terms, used % 21);
            _convict();
        } else if (how % 3 == 1) {
            outage();
            vm.prank(provider);
            market.creditOutage(terms);
        } else {
            dispute();
            rule(true, bond() * p.fraudShare / 10_000);
        }
        uint256 taken = bond_ - bond();
        assertGt(taken, 0);
        assertLe(_wealth() + taken * 15 / 100, before);
        assertLt(_wealth(), before);
        assertEq(_wealth() + burned(), before);
    }

    /// Everything that one account has as provider, tenant and reporter: the sum of wei and base units.
    function _wealth() private view returns (uint256) {
        uint256 deposit = market.disputeOf(id).deposit;
        uint256 wei_ = provider.balance + bond() + market.earnings(provider, ETH) + deposit;
        return wei_ + token.balanceOf(provider) + market.earnings(provider, usd) + balanceOf(id, usd);
    }

    function test_WhatIsBurnedIsNobodys() external {
        _convict();
        assertEq(burned(), MIN_BOND / 2 * 15 / 100);
        address[4] memory all = [provider, tenant, arbiters, stranger];
        for (uint256 i = 0; i < 4; ++i) {
            uint256 own = market.earnings(all[i], ETH);
            vm.expectRevert(abi.encodeWithSelector(Errors.InsufficientFunds.selector, own, own + 1));
            vm.prank(all[i]);
            market.withdrawEarnings(ETH, all[i], own + 1);
        }
    }
}
