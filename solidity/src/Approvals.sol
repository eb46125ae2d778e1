// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {Consenting} from "./abstracts/Consenting.sol";
import {MarketState} from "./abstracts/MarketState.sol";
import {Part} from "./abstracts/Part.sol";
import {IApprovals} from "./interfaces/IApprovals.sol";
import {Errors} from "./libraries/Errors.sol";
import {Currency} from "./types/Currency.sol";
import {Bound, Limit, Limits, Parameters} from "./types/DataTypes.sol";
import {SpendingPolicyWord} from "./types/Words.sol";

/// The part of the market in which accounts bind themselves and approvers consent. Market itself executes actions,
/// because delegating to this part costs more than checking a signature.
contract Approvals is IApprovals, Consenting, Part {
    uint256 private constant MOST_APPROVERS = 64;

    /// @inheritdoc IApprovals
    bytes32 public constant ACTION_TYPEHASH = ACTION;

    constructor(Parameters memory p, address next) MarketState(p) EIP712("Tidemark", "1") Part(next) {}

    /// @inheritdoc IApprovals
    function bind(address[] calldata approvers, uint256 threshold, Limit[] calldata limits) external {
        // Check
        SpendingPolicyWord policy = _spendingPolicies[msg.sender];
        if (policy.isBound() && !_useGrant(msg.sender)) _checkLimit(Bound.Binding, 1, 0);
        _checkApprovers(approvers, threshold);
        // Effect; the exposure stays as counted
        policy = policy.next(approvers, threshold);
        _spendingPolicies[msg.sender] = policy;
        for (uint256 i = 0; i < limits.length; ++i) {
            Limit calldata limit = limits[i];
            Limits storage stored = _limits[msg.sender][limit.currency];
            (stored.rate, stored.amount, stored.exposure) = (limit.rate, limit.amount, limit.exposure);
            // forge-lint: disable-next-line(unsafe-typecast)
            stored.version = uint32(policy.version());
        }
        // Log
        emit AccountBound(msg.sender, approvers, threshold, limits, policy.version());
    }

    /// @inheritdoc IApprovals
    function consent(address account, bytes32 action, address[] calldata approvers) external {
        // Check
        SpendingPolicyWord policy = _spendingPolicy(account, approvers);
        uint256 i = _ownIndex(approvers);
        bytes32 key = _key(account, action, policy);
        uint256 bits = _consents[key];
        if (_has(bits, REVOCATIONS + i)) revert Errors.ConsentRevoked(msg.sender);
        // Effect
        _consents[key] = bits | 1 << i;
        // Log
        emit Consented(action, account, msg.sender);
    }

    /// @inheritdoc IApprovals
    function revoke(address account, bytes32 action, address[] calldata approvers) external {
        // Check
        SpendingPolicyWord policy = _spendingPolicy(account, approvers);
        uint256 i = _ownIndex(approvers);
        // Effect; the flag spares actions the lookup while the policy has no revocation
        _consents[_key(account, action, policy)] |= 1 << REVOCATIONS + i;
        if (!policy.revoked()) _spendingPolicies[account] = policy.withRevoked();
        // Log
        emit Revoked(action, account, msg.sender);
    }

    /// @inheritdoc IApprovals
    function withPermit(
        Currency currency,
        uint256 value,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s,
        bytes calldata call
    ) external payable returns (bytes memory) {
        // Interaction. A failed permit is ignored, because another account may have submitted it before; the call itself
        // reverts when the allowance is too low.
        address token = Currency.unwrap(currency);
        if (token.code.length != 0) {
            try IERC20Permit(token).permit(msg.sender, address(this), value, deadline, v, r, s) {} catch {}
        }
        return Address.functionDelegateCall(address(this), call);
    }

    /// @inheritdoc IApprovals
    function actionOf(address account, bytes calldata call, uint256 value, uint256 nonce, uint256 expiry)
        external
        view
        returns (bytes32)
    {
        return _action(account, keccak256(call), value, nonce, expiry, _spendingPolicies[account]);
    }

    /// @inheritdoc IApprovals
    function bindingOf(address account) external view returns (uint256 threshold, uint256 version) {
        SpendingPolicyWord policy = _spendingPolicies[account];
        return (policy.threshold(), policy.version());
    }

    /// @inheritdoc IApprovals
    function limitsOf(address account, Currency currency) external view returns (Limits memory) {
        return _limits[account][currency];
    }

    /// @inheritdoc IApprovals
    function nonceUsed(address account, uint256 nonce) external view returns (bool) {
        return _has(_nonces[account][nonce >> 8], nonce & 0xff);
    }

    function _checkApprovers(address[] calldata approvers, uint256 threshold) private view {
        uint256 count = approvers.length;
        if (count > MOST_APPROVERS) revert Errors.TooMany(count, MOST_APPROVERS);
        bool sound = threshold <= count && (threshold == 0) == (count == 0);
        address last = address(0);
        for (uint256 i = 0; i < count; ++i) {
            address approver = approvers[i];
            // An account consents to its own actions by taking them, so it cannot be its own approver.
            sound = sound && approver > last && approver != msg.sender;
            last = approver;
        }
        if (!sound) revert Errors.BadApprovers();
    }

    /// The index of the caller among an account's approvers.
    function _ownIndex(address[] calldata approvers) private view returns (uint256 index) {
        index = _indexOf(msg.sender, approvers, 0);
        if (index == approvers.length) revert Errors.NotApprover(msg.sender);
    }
}
