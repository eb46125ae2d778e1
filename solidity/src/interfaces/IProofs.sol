// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Currency} from "../types/Currency.sol";
import {Claim, Statement, Terms} from "../types/DataTypes.sol";
import {LeaseId} from "../types/Ids.sol";

/// Roots and settlements. A leaf is keccak256(keccak256(abi.encode(lease, usage))): OpenZeppelin's standard Merkle tree
/// of (bytes32 lease, uint32 time, uint64 replicaSeconds, uint96 cpuNanos, uint128 memoryByteSeconds, uint96 networkBytes,
/// uint16 utilization), built and verified by the public JavaScript library of that name.
interface IProofs {
    /// A provider closed an epoch: the root over its statements.
    event RootPosted(address indexed provider, uint256 indexed epoch, bytes32 root);
    /// A statement became earnings.
    /// @param time Time of the statement.
    /// @param amount Base units credited to the provider.
    event Settled(LeaseId indexed lease, address indexed provider, uint256 time, uint256 amount);

    /// Posts the root of the caller's next epoch. It can be settled once it is older than the challenge window.
    /// @param epoch The caller's newest epoch + 1, so that a transaction sent twice cannot post twice.
    /// @dev Emits RootPosted. Reverts with NotRegistered, WrongEpoch, RootTooSoon.
    function postRoot(uint256 epoch, bytes32 root) external;

    /// Pays for a statement under a matured root of the lease's provider; anyone may call.
    /// @param currency The lease's.
    /// @param path The siblings from the leaf up.
    /// @dev Emits Settled. Reverts with LeaseUnknown, RootUnknown, RootImmature, BadPath, StatementFromFuture,
    /// StatementLapsed. An older or unchanged statement pays nothing and harms nobody.
    function settle(address provider, Currency currency, uint256 epoch, Claim calldata claim, bytes32[] calldata path)
        external;

    /// Pays for many statements of one provider in one currency under one root.
    /// @param claims In the order in which the tree's multiproof lists the leaves.
    /// @param proof The multiproof's hashes.
    /// @param flags Its flags as bits, the first in the lowest bit of the first word: set when both halves of a pair are
    /// known, clear when the second comes from the proof.
    /// @dev Emits Settled for each that pays. Lapsed statements pay nothing and do not stop the others. Reverts like
    /// `settle`.
    function settleBatch(
        address provider,
        Currency currency,
        uint256 epoch,
        Claim[] calldata claims,
        bytes32[] calldata proof,
        uint256[] calldata flags
    ) external;

    /// Pays for a statement on which both sides agree, at once and without a root: the provider submits it, the tenant has
    /// countersigned it.
    /// @param signature EIP-712 signature of Statement by the tenant: an account's, or a contract's by EIP-1271.
    /// @dev Emits Settled. Reverts with NotAllowed unless called by the provider, LeaseUnknown, BadSignature,
    /// StatementFromFuture, StatementLapsed.
    function settleSigned(Terms calldata terms, Statement calldata statement, bytes calldata signature) external;
}
