// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IMarket} from "../../src/interfaces/IMarket.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {Currency} from "../../src/types/Currency.sol";
import {Bound, Consents, Limit, Order} from "../../src/types/DataTypes.sol";
import {MarketTest} from "../MarketTest.sol";

/// A tenant that has bound itself to two of three approvers. Alone it may take what the other tests take: a lease of the
/// usual order with the usual deposit, three of them at a time.
abstract contract ApprovalsTest is MarketTest {
    uint104 internal constant RATE_LIMIT = uint104(RATE * 1e13);
    uint104 internal constant AMOUNT_LIMIT = uint104(DEPOSIT);
    uint112 internal constant EXPOSURE_LIMIT = uint112(3 * DEPOSIT);
    uint256 internal constant MUCH = 5 * DEPOSIT; // needs consents
    uint256 internal constant EXPIRY = START + 365 days;
    uint256 internal constant ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141; // of secp256k1

    /// Ascending, with their keys.
    address[] internal approvers;
    uint256[] internal keys;

    function setUp() public virtual override {
        super.setUp();
        (approvers, keys) = someApprovers("approver", 3);
        bind(tenant, approvers, 2);
    }

    function someApprovers(string memory name, uint256 count)
        internal
        returns (address[] memory accounts, uint256[] memory theirKeys)
    {
        (accounts, theirKeys) = (new address[](count), new uint256[](count));
        for (uint256 i = 0; i < count; ++i) {
            (address account, uint256 key) = makeAddrAndKey(string.concat(name, vm.toString(i)));
            uint256 j = i;
            for (; j > 0 && accounts[j - 1] > account; --j) {
                (accounts[j], theirKeys[j]) = (accounts[j - 1], theirKeys[j - 1]);
            }
            (accounts[j], theirKeys[j]) = (account, key);
        }
    }

    function limits() internal view returns (Limit[] memory list) {
        list = new Limit[](2);
        list[0] = Limit(ETH, RATE_LIMIT, AMOUNT_LIMIT, EXPOSURE_LIMIT);
        list[1] = Limit(usd, RATE_LIMIT, AMOUNT_LIMIT, EXPOSURE_LIMIT);
    }

    function bind(address account, address[] memory list, uint256 threshold) internal {
        Limit[] memory all = limits();
        vm.prank(account);
        market.bind(list, threshold, all);
    }

    /// A free account again, by its approvers' consents.
    function unbind(uint256 nonce) internal {
        act(abi.encodeCall(market.bind, (new address[](0), 0, new Limit[](0))), 0, nonce);
    }

    /// A lease beyond the tenant's limits.
    function bigTake(uint64 salt) internal view returns (bytes memory) {
        return abi.encodeCall(IMarket.take, (usdOffer, order(2, salt), MUCH));
    }

    // Consents

    function signature(uint256 key, bytes32 action) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, action);
        return abi.encodePacked(r, s, v);
    }

    /// Those of the first two approvers, by signature.
    function consentsTo(bytes32 action, uint256 nonce) internal view returns (Consents memory c) {
        c = Consents({nonce: nonce, expiry: EXPIRY, approvers: approvers, signatures: new bytes[](2)});
        c.signatures[0] = signature(keys[0], action);
        c.signatures[1] = signature(keys[1], action);
    }

    function consentsBy(bytes[] memory signatures, uint256 nonce) internal view returns (Consents memory) {
        return Consents({nonce: nonce, expiry: EXPIRY, approvers: approvers, signatures: signatures});
    }

    function consentsBy(bytes[] memory signatures) internal view returns (Consents memory) {
        return consentsBy(signatures, 0);
    }

    function consentsTo(bytes memory call, uint256 value, uint256 nonce) internal view returns (Consents memory) {
        return consentsTo(market.actionOf(tenant, call, value, nonce, EXPIRY), nonce);
    }

    /// Takes an action of the tenant's with consents.
    function act(bytes memory call, uint256 value, uint256 nonce) internal returns (bytes memory) {
        Consents memory c = consentsTo(call, value, nonce);
        vm.prank(tenant);
        return market.approved{value: value}(tenant, call, c);
    }

    function refused(bytes memory call, uint256 value, Consents memory c, bytes memory why) internal {
        vm.expectRevert(why);
        vm.prank(tenant);
        market.approved{value: value}(tenant, call, c);
    }

    function refused(bytes memory call, Consents memory c, bytes memory why) internal {
        refused(call, 0, c, why);
    }

    /// The next call needs consents.
    function expectConsentRequired(address account, Bound limit, uint256 asked, uint256 allowed) internal {
        vm.expectRevert(abi.encodeWithSelector(Errors.ConsentRequired.selector, account, limit, asked, allowed));
    }

    function exposedOf(address account, Currency currency) internal view returns (uint256) {
        return market.limitsOf(account, currency).exposed;
    }

    /// A lease of the usual order, distinguished by its salt.
    function takeAs(address who, Currency currency, uint64 salt, uint256 deposit) internal {
        Order memory o = order(2, salt);
        bool native = currency.isNative();
        vm.prank(who);
        market.take{value: native ? deposit : 0}(native ? ethOffer : usdOffer, o, deposit);
    }
}
