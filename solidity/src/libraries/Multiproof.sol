// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";

import {Errors} from "./Errors.sol";

/// The multiproof of OpenZeppelin's standard Merkle tree: the same leaves, hashes and flags in the same order, but a
/// flag is one bit. As whole words, flags would cost more than the hashing.
library Multiproof {
    /// The root that leaves and proof yield.
    ///
    /// The algorithm takes pairs from the front of a queue that starts as the leaves, and appends each pair's hash. A
    /// step removes one or two nodes and adds one, so the queue never grows: it is a ring in the array of leaves. It
    /// never runs empty either: every step leaves as many nodes or one fewer, and when the whole proof is used one is
    /// left.
    ///
    /// @param queue The leaves, at least one; overwritten.
    /// @param proof The hashes that the leaves do not give.
    /// @param flags Bit i % 256 of word i / 256 belongs to step i. Set: the second half of the pair is the queue's next
    /// node. Clear: it is the proof's next hash.
    function root(bytes32[] memory queue, bytes32[] calldata proof, uint256[] calldata flags)
        internal
        pure
        returns (bytes32 node)
    {
        uint256 size = queue.length;
        if (size == 0) revert Errors.BadPath();
        (uint256 head, uint256 tail, uint256 used) = (0, 0, 0);
        uint256 steps = size + proof.length - 1;
        node = queue[0];
        // The four counters only grow by one, within array lengths.
        unchecked {
            for (uint256 step = 0; step < steps; ++step) {
                node = queue[head];
                if (++head == size) head = 0;
                bytes32 other;
                if (flags[step >> 8] >> (step & 255) & 1 == 0) {
                    other = proof[used++];
                } else {
                    other = queue[head];
                    if (++head == size) head = 0;
                }
                node = Hashes.commutativeKeccak256(node, other);
                queue[tail] = node;
                if (++tail == size) tail = 0;
            }
        }
        if (used != proof.length) revert Errors.BadPath();
    }
}
