// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

import {EfficientHashLib} from "solady/utils/EfficientHashLib.sol";

import {Errors} from "../libraries/Errors.sol";
import {SpendingPolicyWord} from "../types/Words.sol";
import {Spending} from "./Spending.sol";

/// Actions: their hash, and the check of their consents.
///
/// Callers pass an account's approvers, which the stored hash verifies, like a lease's terms. An action runs as a
/// delegatecall of the market to itself, with the caller and value of the outer call, so every function behaves as it
/// does without consents.
abstract contract Consenting is Spending, EIP712 {
    uint256 internal constant REVOCATIONS = 128; // index of the first among an action's bits
    uint256 private constant KEY = 65; // bytes of a key's signature
    uint256 private constant ADDRESS = 20; // bytes of an address

    bytes32 internal constant ACTION =
        keccak256("Action(address account,bytes call,uint256 value,uint256 nonce,uint256 expiry,uint256 version)");

    /// The spending policy of a bound account, after verifying its approvers.
    function _spendingPolicy(address account, address[] calldata approvers)
        internal
        view
        returns (SpendingPolicyWord policy)
    {
        policy = _spendingPolicies[account];
        if (!policy.isBound()) revert Errors.NotBound(account);
        if (!policy.names(approvers)) revert Errors.BadApprovers();
    }

    /// Whether enough approvers consent to an action: each once, in the order of the list, none of them revoked.
    function _checkConsents(
        bytes32 action,
        bytes32 key,
        SpendingPolicyWord policy,
        address[] calldata approvers,
        bytes[] calldata signatures
    ) internal view {
        uint256 count = signatures.length;
        if (count < policy.threshold()) revert Errors.ConsentsMissing(count, policy.threshold());
        uint256 next = 0;
        for (uint256 i = 0; i < count; ++i) {
            next = _checkConsent(action, key, policy, approvers, signatures[i], next);
        }
    }

    /// Whether a signature is that of one of the approvers from index `from` on.
    /// @return next The index from which on the next signature's approver must be.
    function _checkConsent(
        bytes32 action,
        bytes32 key,
        SpendingPolicyWord policy,
        address[] calldata approvers,
        bytes calldata signature,
        uint256 from
    ) private view returns (uint256 next) {
        address approver = _signer(action, signature);
        uint256 index = _indexOf(approver, approvers, from);
        if (index == approvers.length) {
            if (_indexOf(approver, approvers, 0) == index) revert Errors.NotApprover(approver);
            revert Errors.ConsentUnordered(approver);
        }
        next = index + 1;
        // A key's signature is verified by its recovery; without revocations under this policy nothing is left to check.
        if (signature.length == KEY && !policy.revoked()) return next;
        uint256 bits = _consents[key];
        if (_has(bits, REVOCATIONS + index)) revert Errors.ConsentRevoked(approver);
        if (!_isValid(approver, action, signature, _has(bits, index))) revert Errors.BadSignature();
    }

    /// The account that signed, or that the signature names.
    function _signer(bytes32 action, bytes calldata signature) internal pure returns (address signer) {
        if (signature.length < ADDRESS) revert Errors.BadSignature();
        // forge-lint: disable-next-line(unsafe-typecast)
        if (signature.length != KEY) return address(bytes20(signature));
        ECDSA.RecoverError problem;
        // The ignored value only details an error that reverts anyway.
        // slither-disable-next-line unused-return
        (signer, problem,) = ECDSA.tryRecoverCalldata(action, signature);
        if (problem != ECDSA.RecoverError.NoError) revert Errors.BadSignature();
    }

    /// Whether the named account gave the signature.
    function _isValid(address approver, bytes32 action, bytes calldata signature, bool consented)
        internal
        view
        returns (bool)
    {
        if (signature.length == KEY) return true;
        if (signature.length == ADDRESS) return consented;
        return SignatureChecker.isValidERC1271SignatureNowCalldata(approver, action, signature[ADDRESS:]);
    }

    function _useNonce(address account, uint256 nonce) internal {
        uint256 bits = _nonces[account][nonce >> 8];
        if (_has(bits, nonce & 0xff)) revert Errors.NonceUsed(account, nonce);
        // forge-lint: disable-next-line(incorrect-shift)
        _nonces[account][nonce >> 8] = bits | 1 << (nonce & 0xff);
    }

    function _action(
        address account,
        bytes32 callHash,
        uint256 value,
        uint256 nonce,
        uint256 expiry,
        SpendingPolicyWord policy
    ) internal view returns (bytes32) {
        bytes32 hash = EfficientHashLib.hash(
            uint256(ACTION), uint160(account), uint256(callHash), value, nonce, expiry, policy.version()
        );
        return _hashTypedDataV4(hash);
    }

    /// The storage key of the consents to an action. Any account can name any hash as an action, so the key also
    /// contains the account and the version: another list of approvers has other bits.
    function _key(address account, bytes32 action, SpendingPolicyWord policy) internal pure returns (bytes32) {
        return EfficientHashLib.hash(uint160(account), uint256(action), policy.version());
    }

    /// @return index The number of approvers when it is not among them.
    function _indexOf(address approver, address[] calldata approvers, uint256 from)
        internal
        pure
        returns (uint256 index)
    {
        index = from;
        while (index < approvers.length && approvers[index] != approver) ++index;
    }

    function _has(uint256 bits, uint256 i) internal pure returns (bool) {
        return bits >> i & 1 != 0;
    }
}
