// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

import {EfficientHashLib} from "solady/utils/EfficientHashLib.sol";

import {MarketState} from "./abstracts/MarketState.sol";
import {Part} from "./abstracts/Part.sol";
import {Spending} from "./abstracts/Spending.sol";
import {IApprovals} from "./interfaces/IApprovals.sol";
import {Errors} from "./libraries/Errors.sol";
import {Currency} from "./types/Currency.sol";
import {Bound, Consents, Limit, Limits, Parameters} from "./types/DataTypes.sol";
import {BindingWord} from "./types/Words.sol";

/// The part of the market by which accounts bind themselves, and by which what they may not do alone is done together.
///
/// An account's approvers are stated by callers and proven by their hash, as a lease's terms are. An action runs as a call of
/// the market to itself with the caller and the value of the outer call, so that every verb is what it is without consents.
contract Approvals is IApprovals, Spending, EIP712, Part {
    uint256 private constant MOST_APPROVERS = 64;
    uint256 private constant REVOCATIONS = 128; // where they begin among an action's bits
    uint256 private constant KEY = 65; // bytes of a signature by a key
    uint256 private constant ADDRESS = 20; // bytes of an address

    /// @inheritdoc IApprovals
    bytes32 public constant ACTION_TYPEHASH =
        keccak256("Action(address account,bytes call,uint256 value,uint256 nonce,uint256 expiry,uint256 version)");

    constructor(Parameters memory p, address next) MarketState(p) EIP712("Tidemark", "1") Part(next) {}

    /// @inheritdoc IApprovals
    function bind(address[] calldata approvers, uint256 threshold, Limit[] calldata limits) external {
        // Check
        BindingWord binding = _policies[msg.sender];
        if (binding.isBound() && !_useGrant(msg.sender)) _checkLimit(Bound.Binding, 1, 0);
        _checkApprovers(approvers, threshold);
        // Effect; what the account has in the market stays counted
        binding = binding.next(approvers, threshold);
        _policies[msg.sender] = binding;
        for (uint256 i = 0; i < limits.length; ++i) {
            Limit calldata limit = limits[i];
            Limits storage stored = _limits[msg.sender][limit.currency];
            (stored.rate, stored.amount, stored.exposure) = (limit.rate, limit.amount, limit.exposure);
            // forge-lint: disable-next-line(unsafe-typecast)
            stored.version = uint32(binding.version());
        }
        // Log
        emit AccountBound(msg.sender, approvers, threshold, limits, binding.version());
    }

    /// @inheritdoc IApprovals
    function consent(address account, bytes32 action, address[] calldata approvers) external {
        // Check
        BindingWord binding = _binding(account, approvers);
        uint256 i = _ownIndex(approvers);
        bytes32 key = _key(account, action, binding);
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
        BindingWord binding = _binding(account, approvers);
        uint256 i = _ownIndex(approvers);
        // Effect; while nobody has taken back anything, no action has to look for it
        _consents[_key(account, action, binding)] |= 1 << REVOCATIONS + i;
        if (!binding.revoked()) _policies[account] = binding.withRevoked();
        // Log
        emit Revoked(action, account, msg.sender);
    }

    /// @inheritdoc IApprovals
    function approved(address account, bytes calldata call, Consents calldata consents)
        external
        payable
        returns (bytes memory result)
    {
        // Check
        if (msg.sender != account && account != ARBITERS) revert Errors.NotAllowed(msg.sender);
        if (block.timestamp > consents.expiry) revert Errors.ConsentExpired(consents.expiry);
        address[] calldata approvers = consents.approvers;
        BindingWord binding = _binding(account, approvers);
        bytes32 callHash = keccak256(call);
        bytes32 action = _action(account, callHash, msg.value, consents.nonce, consents.expiry, binding);
        _checkConsents(action, _key(account, action, binding), binding, approvers, consents.signatures);
        // Effect
        _useNonce(account, consents.nonce);
        // Log
        emit ActionTaken(action, account, consents.nonce);
        // Interaction with the market itself, which may or may not use the grant; nothing after it can
        _granted = _grant(account, callHash);
        result = Address.functionDelegateCall(address(this), call);
        _granted = 0;
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
        // Interaction. A permit that fails may have been sent by somebody else before; whether the market may spend what it
        // has to, the call will tell.
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
        return _action(account, keccak256(call), value, nonce, expiry, _policies[account]);
    }

    /// @inheritdoc IApprovals
    function bindingOf(address account) external view returns (uint256 threshold, uint256 version) {
        BindingWord binding = _policies[account];
        return (binding.threshold(), binding.version());
    }

    /// @inheritdoc IApprovals
    function limitsOf(address account, Currency currency) external view returns (Limits memory) {
        return _limits[account][currency];
    }

    /// @inheritdoc IApprovals
    function nonceUsed(address account, uint256 nonce) external view returns (bool) {
        return _has(_nonces[account][nonce >> 8], nonce & 0xff);
    }

    /// How a bound account is bound, when these are its approvers.
    function _binding(address account, address[] calldata approvers) private view returns (BindingWord binding) {
        binding = _policies[account];
        if (!binding.isBound()) revert Errors.NotBound(account);
        if (!binding.names(approvers)) revert Errors.BadApprovers();
    }

    function _checkApprovers(address[] calldata approvers, uint256 threshold) private view {
        uint256 count = approvers.length;
        if (count > MOST_APPROVERS) revert Errors.TooMany(count, MOST_APPROVERS);
        bool sound = threshold <= count && (threshold == 0) == (count == 0);
        address last = address(0);
        for (uint256 i = 0; i < count; ++i) {
            address approver = approvers[i];
            // An account that takes an action consents to it by that.
            sound = sound && approver > last && approver != msg.sender;
            last = approver;
        }
        if (!sound) revert Errors.BadApprovers();
    }

    /// Whether enough approvers consent to an action: each once, in the order of the list, and none that has taken it back.
    function _checkConsents(
        bytes32 action,
        bytes32 key,
        BindingWord binding,
        address[] calldata approvers,
        bytes[] calldata signatures
    ) private view {
        uint256 count = signatures.length;
        if (count < binding.threshold()) revert Errors.ConsentsMissing(count, binding.threshold());
        uint256 next = 0;
        for (uint256 i = 0; i < count; ++i) {
            bytes calldata signature = signatures[i];
            address approver = _signer(action, signature);
            uint256 index = _indexOf(approver, approvers, next);
            if (index == approvers.length) {
                if (_indexOf(approver, approvers, 0) == index) revert Errors.NotApprover(approver);
                revert Errors.ConsentUnordered(approver);
            }
            next = index + 1;
            // What a key has signed is recovered already, and while nobody has taken back anything, that is all.
            if (signature.length == KEY && !binding.revoked()) continue;
            uint256 bits = _consents[key];
            if (_has(bits, REVOCATIONS + index)) revert Errors.ConsentRevoked(approver);
            if (!_isValid(approver, action, signature, _has(bits, index))) revert Errors.BadSignature();
        }
    }

    /// Whose signature it is, or is said to be.
    function _signer(bytes32 action, bytes calldata signature) private pure returns (address signer) {
        if (signature.length < ADDRESS) revert Errors.BadSignature();
        // forge-lint: disable-next-line(unsafe-typecast)
        if (signature.length != KEY) return address(bytes20(signature));
        ECDSA.RecoverError problem;
        (signer, problem,) = ECDSA.tryRecoverCalldata(action, signature);
        if (problem != ECDSA.RecoverError.NoError) revert Errors.BadSignature();
    }

    /// Whether a signature is that of whom it is said to be.
    function _isValid(address approver, bytes32 action, bytes calldata signature, bool consented)
        private
        view
        returns (bool)
    {
        if (signature.length == KEY) return true;
        if (signature.length == ADDRESS) return consented;
        return SignatureChecker.isValidERC1271SignatureNowCalldata(approver, action, signature[ADDRESS:]);
    }

    function _useNonce(address account, uint256 nonce) private {
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
        BindingWord binding
    ) private view returns (bytes32) {
        bytes32 hash = EfficientHashLib.hash(
            uint256(ACTION_TYPEHASH), uint160(account), uint256(callHash), value, nonce, expiry, binding.version()
        );
        return _hashTypedDataV4(hash);
    }

    /// Where the bits of an action's approvers are. An action is a hash that anybody can state, so the key names the account
    /// and the version besides: with another list of approvers there are other bits.
    function _key(address account, bytes32 action, BindingWord binding) private pure returns (bytes32) {
        return EfficientHashLib.hash(uint160(account), uint256(action), binding.version());
    }

    /// The index of the caller among an account's approvers.
    function _ownIndex(address[] calldata approvers) private view returns (uint256 index) {
        index = _indexOf(msg.sender, approvers, 0);
        if (index == approvers.length) revert Errors.NotApprover(msg.sender);
    }

    /// @return index The number of approvers when it is not among them.
    function _indexOf(address approver, address[] calldata approvers, uint256 from)
        private
        pure
        returns (uint256 index)
    {
        index = from;
        while (index < approvers.length && approvers[index] != approver) ++index;
    }

    function _has(uint256 bits, uint256 i) private pure returns (bool) {
        return bits >> i & 1 != 0;
    }
}
