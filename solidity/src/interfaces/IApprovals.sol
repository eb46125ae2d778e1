// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Currency} from "../types/Currency.sol";
import {Limit, Limits} from "../types/DataTypes.sol";

/// Accounts that bind themselves: what exceeds an account's limits needs m of its n approvers' consents to exactly that
/// action. Consents are to hashes, each with a nonce of its own and an expiry, so that they wait in no queue.
///
/// A bound account is held to its limits by `take`, `openOrder`, `accept`, `scale`, `setPolicy`, `topUp`, `withdraw`,
/// `withdrawEarnings`, `unregister` and the moves between providers. To exceed one, the account calls
/// `IConsents.approved(itself, call, consents)` instead of `call`. What no market can bound is the account's own wallet: money that
/// never was in the market, and a top-up of a lease that the account did not open as a bound one, which is a transfer.
interface IApprovals {
    /// An account bound itself, or changed how; nothing that was consented to before holds any longer.
    /// @param approvers Ascending; empty: the account is free.
    /// @param version Of the policy; consents name it.
    event AccountBound(
        address indexed account, address[] approvers, uint256 threshold, Limit[] limits, uint256 version
    );
    /// An approver consented by transaction.
    event Consented(bytes32 indexed action, address indexed account, address indexed approver);
    /// An approver took back its consent to an action, given by transaction or by signature.
    event Revoked(bytes32 indexed action, address indexed account, address indexed approver);

    /// Binds the caller, or changes how it is bound. A bound account needs its approvers' consents to this, always.
    /// @param approvers Ascending, without duplicates, at most 64; empty to be free.
    /// @param threshold Consents that an action beyond the limits needs: 1 to the number of approvers; 0 to be free.
    /// @param limits What needs no consent, one entry a currency; in a currency without an entry everything needs it.
    /// @dev Emits AccountBound. Reverts with ConsentRequired, BadApprovers, TooMany.
    function bind(address[] calldata approvers, uint256 threshold, Limit[] calldata limits) external;

    /// Consents to an action by transaction, as an approver by the policy in force. A consent that the caller took back stays
    /// taken back.
    /// @param action As `actionOf` tells it.
    /// @param approvers All of the account's.
    /// @dev Emits Consented. Reverts with NotBound, BadApprovers, NotApprover, ConsentRevoked.
    function consent(address account, bytes32 action, address[] calldata approvers) external;

    /// Takes back the caller's consent to an action, however it was given or will be; for good.
    /// @dev Emits Revoked. Reverts with NotBound, BadApprovers, NotApprover.
    function revoke(address account, bytes32 action, address[] calldata approvers) external;

    /// Lets a token with EIP-2612 allow the market to take `value` of the caller's, then calls the market with `call` as the
    /// caller: `take`, `openOrder` or `topUp` without an earlier transaction. A permit that somebody else has sent already
    /// does no harm.
    /// @dev Reverts as the call does.
    function withPermit(
        Currency currency,
        uint256 value,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s,
        bytes calldata call
    ) external payable returns (bytes memory);

    /// The EIP-712 hash of an action, which approvers sign or consent to:
    /// Action(address account,bytes call,uint256 value,uint256 nonce,uint256 expiry,uint256 version).
    function actionOf(address account, bytes calldata call, uint256 value, uint256 nonce, uint256 expiry)
        external
        view
        returns (bytes32);

    /// @return threshold 0: the account is free.
    /// @return version Of the policy in force.
    function bindingOf(address account) external view returns (uint256 threshold, uint256 version);

    /// The limits in one currency as stored: they hold when their version is that of the policy in force.
    function limitsOf(address account, Currency currency) external view returns (Limits memory);

    /// Whether an account has used a nonce.
    function nonceUsed(address account, uint256 nonce) external view returns (bool);

    /// keccak256 of the EIP-712 type Action.
    function ACTION_TYPEHASH() external view returns (bytes32);
}
