// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Currency} from "../types/Currency.sol";
import {Account, Reservation, Statement, Status, Terms} from "../types/DataTypes.sol";
import {LeaseId} from "../types/Ids.sol";

/// Reads of what is stored about leases, earnings and roots, and of the values that follow from it now.
interface ILedger {
    /// What a provider may withdraw, in base units.
    function earnings(address provider, Currency currency) external view returns (uint256);

    /// The money of a lease as stored.
    function accountOf(LeaseId lease, Currency currency) external view returns (Account memory);

    /// The reservation of a lease as stored.
    function reservationOf(LeaseId lease) external view returns (Reservation memory);

    /// What the provider may still be owed now, in base units.
    function owed(Terms calldata terms) external view returns (uint256);

    /// What the tenant could withdraw (or be refunded) now, in base units.
    function withdrawable(Terms calldata terms) external view returns (uint256);

    /// Seconds until the lease's funds are exhausted at its current rate; type(uint256).max when it reserves nothing.
    function runway(Terms calldata terms) external view returns (uint256);

    /// The lease's status now.
    function statusOf(Terms calldata terms) external view returns (Status);

    /// The id of a lease on these terms, whether it was opened or not.
    function idOf(Terms calldata terms) external view returns (LeaseId);

    /// @return digest The first 28 bytes of the root that the provider posted for the epoch.
    /// @return postedAt When the provider posted it.
    /// @return matured Whether statements under it can be settled now.
    /// @dev Reverts with RootUnknown when there is none or it is no longer kept.
    function rootOf(address provider, uint256 epoch)
        external
        view
        returns (bytes28 digest, uint256 postedAt, bool matured);

    /// The leaf of a statement.
    function leafOf(LeaseId lease, Statement calldata statement) external pure returns (bytes32);

    /// The `orderHash` of a Claim: hashes the lease's terms other than provider, currency and rates.
    function orderHashOf(Terms calldata terms) external view returns (bytes32);

    /// The EIP-712 digest that a tenant countersigns. `eip712Domain()` (EIP-5267) returns the domain.
    function statementDigest(LeaseId lease, Statement calldata statement) external view returns (bytes32);

    /// keccak256 of the EIP-712 type Statement.
    function STATEMENT_TYPEHASH() external view returns (bytes32);

    /// When the provider's notice ends and it may close the lease; 0: no notice given.
    function noticeEnds(LeaseId lease) external view returns (uint256);
}
