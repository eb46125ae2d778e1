// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {EfficientHashLib} from "solady/utils/EfficientHashLib.sol";

import {Errors} from "../libraries/Errors.sol";
import {Currency} from "../types/Currency.sol";
import {Bound, Limits} from "../types/DataTypes.sol";
import {SpendingPolicyWord} from "../types/Words.sol";
import {MarketState} from "./MarketState.sol";

/// Enforces the limits of bound accounts. Every function that commits an account's money, or pays it out, calls this
/// contract. One that exceeds a limit needs a grant, which `IConsents.approved` gives to one call at a time: it names
/// the account and the call's bytes. A contract that is called meanwhile, a token or a payee, cannot use the grant for
/// another call.
abstract contract Spending is MarketState {
    using SafeCast for uint256;

    /// The caller pays money in, or commits itself to a rate.
    /// @param rate The highest rate that one lease may reserve; 0: no commitment.
    /// @param amount Base units; 0: none.
    /// @return bound Whether the caller is a bound account, so that its exposure grew.
    function _spend(Currency currency, uint256 rate, uint256 amount) internal returns (bool bound) {
        SpendingPolicyWord policy = _spendingPolicies[msg.sender];
        if (!policy.isBound()) return false;
        Limits storage limits = _limits[msg.sender][currency];
        uint256 exposed = limits.exposed + amount;
        if (!_useGrant(msg.sender)) {
            bool current = limits.version == policy.version();
            _checkLimit(Bound.Rate, rate, current ? limits.rate : 0);
            _checkLimit(Bound.Amount, amount, current ? limits.amount : 0);
            if (amount != 0) _checkLimit(Bound.Exposure, exposed, current ? limits.exposure : 0);
        }
        if (amount != 0) limits.exposed = exposed.toUint112();
        return true;
    }

    /// The caller withdraws money.
    function _checkPayout(Currency currency, uint256 amount) internal {
        SpendingPolicyWord policy = _spendingPolicies[msg.sender];
        if (!policy.isBound() || _useGrant(msg.sender)) return;
        Limits storage limits = _limits[msg.sender][currency];
        _checkLimit(Bound.Amount, amount, limits.version == policy.version() ? limits.amount : 0);
    }

    /// Money of a bound account was returned to it. What it paid in before it bound itself does not count.
    function _regain(address account, Currency currency, uint256 amount) internal {
        Limits storage limits = _limits[account][currency];
        limits.exposed = Math.saturatingSub(limits.exposed, amount).toUint112();
    }

    /// Consumes an account's grant, when there is one for the current call.
    function _useGrant(address account) internal returns (bool granted) {
        bytes32 grant = _granted;
        granted = grant != 0 && grant == _grant(account, keccak256(msg.data));
        if (granted) _granted = 0;
    }

    function _grant(address account, bytes32 callHash) internal pure returns (bytes32) {
        return EfficientHashLib.hash(bytes32(uint256(uint160(account))), callHash);
    }

    /// The arbiters' account either calls itself or, when it is bound, has consented: then anyone may submit its
    /// consents.
    function _checkArbiters() internal {
        bool acts = _spendingPolicies[ARBITERS].isBound() ? _useGrant(ARBITERS) : msg.sender == ARBITERS;
        if (!acts) revert Errors.NotArbiters(msg.sender);
    }

    function _checkLimit(Bound bound, uint256 asked, uint256 limit) internal view {
        if (asked > limit) revert Errors.ConsentRequired(msg.sender, bound, asked, limit);
    }
}
