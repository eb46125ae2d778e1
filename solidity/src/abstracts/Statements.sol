// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {EfficientHashLib} from "solady/utils/EfficientHashLib.sol";

import {Errors} from "../libraries/Errors.sol";
import {Root, Statement} from "../types/DataTypes.sol";
import {LeaseId} from "../types/Ids.sol";
import {MarketState} from "./MarketState.sol";

/// The hashes of statements, and the check that a posted root contains one.
abstract contract Statements is MarketState, EIP712 {
    bytes32 internal constant STATEMENT = keccak256(
        "Statement(bytes32 lease,uint32 time,uint64 replicaSeconds,uint96 cpuNanos,uint128 memoryByteSeconds,uint96 networkBytes,uint16 utilization)"
    );

    constructor() EIP712("Tidemark", "1") {}

    /// Hashed twice, so that no inner node of a tree can pass for a leaf.
    function _leaf(LeaseId lease, Statement memory s) internal pure returns (bytes32) {
        return EfficientHashLib.hash(
            EfficientHashLib.hash(
                uint256(LeaseId.unwrap(lease)),
                s.time,
                s.replicaSeconds,
                s.cpuNanos,
                s.memoryByteSeconds,
                s.networkBytes,
                s.utilization
            )
        );
    }

    /// Whether the ring still keeps the root of an epoch.
    function _isKept(address provider, uint256 epoch) internal view returns (bool) {
        uint256 newest = _providers[provider].epoch;
        return epoch != 0 && epoch <= newest && epoch + ROOT_RING > newest;
    }

    /// Whether a root, mature or not, equals the computed one and is not older than a statement under it.
    /// @return postedAt When it was posted.
    function _checkPosted(address provider, uint256 epoch, bytes32 computed, uint256 time)
        internal
        view
        returns (uint256 postedAt)
    {
        Root storage root = _roots[provider][epoch % ROOT_RING];
        // A match is a root of this provider, whatever its epoch: the epoch only selects the slot and explains a mismatch.
        // forge-lint: disable-next-line(unsafe-typecast)
        if (root.digest != bytes28(computed)) {
            if (!_isKept(provider, epoch)) revert Errors.RootUnknown(provider, epoch);
            revert Errors.BadPath();
        }
        postedAt = root.postedAt;
        if (time > postedAt) revert Errors.StatementFromFuture(time);
    }

    function _statementDigest(LeaseId lease, Statement calldata statement) internal view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(STATEMENT, lease, statement)));
    }
}
