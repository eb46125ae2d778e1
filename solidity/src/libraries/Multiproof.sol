// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";

import {Errors} from "./Errors.sol";

/// The multiproof of OpenZeppelin's standard Merkle tree: the same leaves, hashes and flags in the same order, but a flag
/// is a bit. As a word each, flags would cost more than the hashing.
library Multiproof {
    /// The root to which leaves and proof lead.
    ///
    /// Pairs are taken from the front of a queue that begins as the leaves, and each pair's hash goes to its end. A step
    /// takes one or two nodes and adds one, so the queue never grows: it lives in the array of leaves, as a ring. It never
    /// runs empty either: every step leaves as many nodes or one fewer, and when the whole proof was used one is left.
    ///
    /// @param queue The leaves, at least one; overwritten.
    /// @param proof The hashes that the leaves do not give.
    /// @param flags Bit i % 256 of word i / 256 belongs to step i. Set: the second half of the pair is the queue's next.
    /// Clear: it is the proof's next.
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
        // Four counters that grow by one at a time.
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
