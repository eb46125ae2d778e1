// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";

import {IApprovals} from "../../src/interfaces/IApprovals.sol";
import {IConsents} from "../../src/interfaces/IConsents.sol";
import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {IMarket} from "../../src/interfaces/IMarket.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {Currency} from "../../src/types/Currency.sol";
import {Bound} from "../../src/types/DataTypes.sol";
import {LeaseId} from "../../src/types/Ids.sol";
import {NastyToken} from "../tokens/NastyToken.sol";
import {ApprovalsTest} from "./ApprovalsTest.sol";

contract WithPermitTest is ApprovalsTest {
    bytes32 private constant PERMIT =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");

    struct Signed {
        uint256 value;
        uint256 deadline;
        uint8 v;
        bytes32 r;
        bytes32 s;
    }

    address private free;
    uint256 private freeKey;

    function setUp() public override {
        super.setUp();
        (free, freeKey) = makeAddrAndKey("free");
        vm.deal(free, 1 ether);
        token.mint(free, 1e18);
        vm.prank(tenant);
        token.approve(address(market), 0);
    }

    function _permit(address owner, uint256 key, uint256 value, uint256 deadline)
        private
        view
        returns (Signed memory p)
    {
        IERC20Permit t = IERC20Permit(address(token));
        bytes32 hash = keccak256(abi.encode(PERMIT, owner, market, value, t.nonces(owner), deadline));
        (p.value, p.deadline) = (value, deadline);
        (p.v, p.r, p.s) = vm.sign(key, keccak256(abi.encodePacked("\x19\x01", t.DOMAIN_SEPARATOR(), hash)));
    }

    function _send(address who, Currency currency, Signed memory p, uint256 value, bytes memory call)
        private
        returns (bytes memory)
    {
        vm.prank(who);
        return market.withPermit{value: value}(currency, p.value, p.deadline, p.v, p.r, p.s, call);
    }

    function _take(uint64 salt, uint256 deposit) private view returns (bytes memory) {
        return abi.encodeCall(IMarket.take, (usdOffer, order(2, salt), deposit));
    }

    function testFuzz_TakesAndTopsUp(uint256 deposit, uint256 more) external {
        deposit = bound(deposit, 2 * RATE * NOTICE, 1e17);
        more = bound(more, 1, 1e17);
        bytes memory result = _send(free, usd, _permit(free, freeKey, deposit, START), 0, _take(1, deposit));
        LeaseId id = market.idOf(termsOf(free, usd, order(2, 1)));
        assertEq(abi.decode(result, (bytes32)), LeaseId.unwrap(id));
        assertEq(balanceOf(id, usd), deposit);
        _send(free, usd, _permit(free, freeKey, more, START), 0, abi.encodeCall(IEscrow.topUp, (usd, id, more)));
        assertEq(balanceOf(id, usd), deposit + more);
        assertEq(token.allowance(free, address(market)), 0);
    }

    function _insufficient(uint256 allowance) private view returns (bytes memory) {
        return
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientAllowance.selector, address(market), allowance, DEPOSIT
            );
    }

    function _refused(Signed memory p, bytes memory why) private {
        bytes memory call = _take(1, DEPOSIT);
        vm.prank(free);
        vm.expectRevert(why);
        market.withPermit(usd, p.value, p.deadline, p.v, p.r, p.s, call);
    }

    function test_RevertWhen_ThePermitIsNoneOfTheCallers() external {
        _refused(_permit(tenant, tenantKey, DEPOSIT, START), _insufficient(0));
    }

    function test_RevertWhen_ThePermitHasExpired() external {
        _refused(_permit(free, freeKey, DEPOSIT, START - 1), _insufficient(0));
    }

    function test_RevertWhen_ThePermitIsForLess() external {
        _refused(_permit(free, freeKey, DEPOSIT - 1, START), _insufficient(DEPOSIT - 1));
    }

    function test_SomebodyHasSentThePermitBefore() external {
        Signed memory p = _permit(free, freeKey, DEPOSIT, START);
        vm.prank(stranger);
        IERC20Permit(address(token)).permit(free, address(market), p.value, p.deadline, p.v, p.r, p.s);
        _send(free, usd, p, 0, _take(1, DEPOSIT));
        assertEq(balanceOf(market.idOf(termsOf(free, usd, order(2, 1))), usd), DEPOSIT);
    }

    function test_ACurrencyWithoutPermits() external {
        Signed memory none;
        vm.prank(free);
        token.approve(address(market), 3 * DEPOSIT);
        _send(free, Currency.wrap(address(new NastyToken(6))), none, 0, _take(1, DEPOSIT));
        _send(free, Currency.wrap(stranger), none, 0, _take(2, DEPOSIT));
        _send(free, Currency.wrap(address(market)), none, 0, _take(3, DEPOSIT));
        bytes memory native = abi.encodeCall(IMarket.take, (ethOffer, order(2, 4), DEPOSIT));
        _send(free, ETH, none, DEPOSIT, native);
        assertEq(balanceOf(market.idOf(termsOf(free, ETH, order(2, 4))), ETH), DEPOSIT);
        assertEq(address(market).balance, MIN_BOND + DEPOSIT);
    }

    function test_RevertWhen_TheValueIsNotTheCalls() external {
        Signed memory p = _permit(free, freeKey, DEPOSIT, START);
        bytes memory call = _take(1, DEPOSIT);
        vm.prank(free);
        vm.expectRevert(abi.encodeWithSelector(Errors.WrongValue.selector, 1, 0));
        market.withPermit{value: 1}(usd, p.value, p.deadline, p.v, p.r, p.s, call);
    }

    function test_LimitsHold() external {
        Signed memory p = _permit(tenant, tenantKey, MUCH, START);
        bytes memory call = _take(1, MUCH);
        expectConsentRequired(tenant, Bound.Amount, MUCH, AMOUNT_LIMIT);
        vm.prank(tenant);
        market.withPermit(usd, p.value, p.deadline, p.v, p.r, p.s, call);
        _send(tenant, usd, p, 0, _take(1, DEPOSIT));
        assertEq(exposedOf(tenant, usd), DEPOSIT);
    }

    function test_AroundConsents() external {
        bytes memory call = bigTake(1);
        bytes memory outer = abi.encodeCall(IConsents.approved, (tenant, call, consentsTo(call, 0, 0)));
        _send(tenant, usd, _permit(tenant, tenantKey, MUCH, START), 0, outer);
        assertEq(exposedOf(tenant, usd), MUCH);
        assertEq(token.allowance(tenant, address(market)), 0);
    }
}
