// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Currency} from "../types/Currency.sol";
import {Limit, Limits} from "../types/DataTypes.sol";

/// Spending policies: an account that binds itself needs m of its n approvers' consents for every action beyond its
/// limits. Approvers consent to the hash of exactly one action. Each action has its own nonce and expiry, so actions
/// need no order.
///
/// `take`, `openOrder`, `accept`, `scale`, `setPolicy`, `topUp`, `withdraw`, `withdrawEarnings`, `unregister` and the
/// moves between providers check the limits of a bound account. To exceed one, the account calls
/// `IConsents.approved(itself, call, consents)` instead of `call`. A market cannot limit the account's own wallet:
/// money that was never in the market, and a top-up of a lease that the account did not open as a bound account, which
/// is a transfer.
interface IApprovals {
    /// An account bound itself or changed its spending policy; consents under an earlier version are void.
    /// @param approvers Ascending; empty: the account is free.
    /// @param version Of the spending policy; consents name it.
    event AccountBound(
        address indexed account, address[] approvers, uint256 threshold, Limit[] limits, uint256 version
    );
    /// An approver consented by transaction.
    event Consented(bytes32 indexed action, address indexed account, address indexed approver);
    /// An approver revoked its consent to an action, given by transaction or by signature.
    event Revoked(bytes32 indexed action, address indexed account, address indexed approver);

    /// Binds the caller, or changes its spending policy. A bound account always needs its approvers' consents to this.
    /// @param approvers Ascending, without duplicates, at most 64; empty to be free.
    /// @param threshold Consents that an action beyond the limits needs: 1 to the number of approvers; 0 to be free.
    /// @param limits What needs no consent, one entry per currency; in a currency without an entry everything needs
    /// consents.
    /// @dev Emits AccountBound. Reverts with ConsentRequired, BadApprovers, TooMany.
    function bind(address[] calldata approvers, uint256 threshold, Limit[] calldata limits) external;

    /// Consents to an action by transaction, as an approver of the current spending policy. A consent that the caller
    /// revoked stays revoked.
    /// @param action The hash that `actionOf` returns.
    /// @param approvers All approvers of the account.
    /// @dev Emits Consented. Reverts with NotBound, BadApprovers, NotApprover, ConsentRevoked.
    function consent(address account, bytes32 action, address[] calldata approvers) external;

    /// Revokes the caller's consent to an action permanently, whether by transaction or by signature, given before or
    /// after.
    /// @dev Emits Revoked. Reverts with NotBound, BadApprovers, NotApprover.
    function revoke(address account, bytes32 action, address[] calldata approvers) external;

    /// Sets the market's allowance by an EIP-2612 permit of the caller for `value`, then calls the market with `call`
    /// as the caller: `take`, `openOrder` or `topUp` without an earlier transaction. A permit that another account
    /// already submitted does not make the call fail.
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
    /// @return version Of the current spending policy.
    function bindingOf(address account) external view returns (uint256 threshold, uint256 version);

    /// The limits in one currency as stored. They apply when their version is that of the current spending policy.
    function limitsOf(address account, Currency currency) external view returns (Limits memory);

    /// Whether an account has used a nonce.
    function nonceUsed(address account, uint256 nonce) external view returns (bool);

    /// keccak256 of the EIP-712 type Action.
    function ACTION_TYPEHASH() external view returns (bytes32);
}
