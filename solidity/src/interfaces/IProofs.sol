// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Currency} from "../types/Currency.sol";
import {Claim, Statement, Terms} from "../types/DataTypes.sol";
import {LeaseId} from "../types/Ids.sol";

/// Roots and settlements. A leaf is keccak256(keccak256(abi.encode(lease, statement))): OpenZeppelin's standard Merkle
/// tree of (bytes32 lease, uint32 time, uint64 replicaSeconds, uint96 cpuNanos, uint128 memoryByteSeconds, uint96
/// networkBytes, uint16 utilization). The public JavaScript library of that name builds and verifies it.
interface IProofs {
    /// A provider closed an epoch and posted the root over its statements.
    event RootPosted(address indexed provider, uint256 indexed epoch, bytes32 root);
    /// A settlement turned a statement into earnings.
    /// @param time Time of the statement.
    /// @param amount Base units credited to the provider.
    event Settled(LeaseId indexed lease, address indexed provider, uint256 time, uint256 amount);

    /// Posts the root of the caller's next epoch. Statements under it can be settled once it is older than the
    /// challenge window.
    /// @param epoch The caller's newest epoch + 1, so that a replayed transaction cannot post twice.
    /// @dev Emits RootPosted. Reverts with NotRegistered, WrongEpoch, RootTooSoon.
    function postRoot(uint256 epoch, bytes32 root) external;

    /// Pays for a statement under a matured root of the lease's provider; anyone may call. Settling an older or
    /// unchanged statement is a no-op.
    /// @param currency The lease's.
    /// @param path The siblings from the leaf up.
    /// @dev Emits Settled. Reverts with LeaseUnknown, RootUnknown, RootImmature, BadPath, StatementFromFuture,
    /// StatementLapsed.
    function settle(address provider, Currency currency, uint256 epoch, Claim calldata claim, bytes32[] calldata path)
        external;

    /// Pays for many statements of one provider in one currency under one root.
    /// @param claims In the order in which the tree's multiproof lists the leaves.
    /// @param proof The multiproof's hashes.
    /// @param flags The multiproof's flags as bits, the first in the lowest bit of the first word. Set: both halves of
    /// the pair are known. Clear: the second half comes from the proof.
    /// @dev Emits Settled for each statement that pays. Lapsed statements pay nothing and do not stop the others.
    /// Reverts like `settle`.
    function settleBatch(
        address provider,
        Currency currency,
        uint256 epoch,
        Claim[] calldata claims,
        bytes32[] calldata proof,
        uint256[] calldata flags
    ) external;

    /// Pays for a statement on which both sides agree, at once and without a root: the tenant countersigned it, and the
    /// provider submits it.
    /// @param signature The tenant's EIP-712 signature of Statement: by a key, or by a contract (EIP-1271).
    /// @dev Emits Settled. Reverts with NotAllowed unless called by the provider, LeaseUnknown, BadSignature,
    /// StatementFromFuture, StatementLapsed.
    function settleSigned(Terms calldata terms, Statement calldata statement, bytes calldata signature) external;
}
