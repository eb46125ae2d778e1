// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";

/// OpenZeppelin's standard Merkle tree over leaves that are hashed already, as its JavaScript library builds it: an
/// array with the root in front, the sorted leaves at its end in reverse order.
library StandardTree {
    function build(bytes32[] memory leaves) internal pure returns (bytes32[] memory nodes) {
        bytes32[] memory sorted = _sort(leaves);
        uint256 count = sorted.length;
        nodes = new bytes32[](2 * count - 1);
        for (uint256 i = 0; i < count; ++i) {
            nodes[nodes.length - 1 - i] = sorted[i];
        }
        for (uint256 i = count - 1; i > 0; --i) {
            nodes[i - 1] = Hashes.commutativeKeccak256(nodes[2 * i - 1], nodes[2 * i]);
        }
    }

    function root(bytes32[] memory leaves) internal pure returns (bytes32) {
        return build(leaves)[0];
    }

    /// The siblings from a leaf up to the root.
    function path(bytes32[] memory leaves, bytes32 leaf) internal pure returns (bytes32[] memory siblings) {
        return pathIn(build(leaves), leaf);
    }

    /// The same in a tree that is built already.
    function pathIn(bytes32[] memory nodes, bytes32 leaf) internal pure returns (bytes32[] memory siblings) {
        uint256 start = _find(nodes, leaf);
        uint256 depth = 0;
        for (uint256 node = start; node > 0; node = (node - 1) / 2) {
            ++depth;
        }
        siblings = new bytes32[](depth);
        uint256 current = start;
        for (uint256 i = 0; i < depth; ++i) {
            siblings[i] = nodes[_sibling(current)];
            current = (current - 1) / 2;
        }
    }

    struct Multiproof {
        bytes32[] leaves; // in the order that the verifier requires
        bytes32[] proof;
        uint256[] flags; // as bits
    }

    function multiproof(bytes32[] memory leaves, bytes32[] memory chosen) internal pure returns (Multiproof memory m) {
        bytes32[] memory nodes = build(leaves);
        uint256 count = chosen.length;
        bytes32[] memory sorted = _sort(chosen);
        uint256[] memory queue = new uint256[](count + nodes.length);
        m.leaves = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            // ascending hashes are descending positions
            queue[i] = _find(nodes, sorted[i]);
            m.leaves[i] = sorted[i];
        }
        bytes32[] memory proof = new bytes32[](nodes.length);
        bool[] memory flags = new bool[](nodes.length);
        (uint256 head, uint256 tail, uint256 proofs, uint256 steps) = (0, count, 0, 0);
        while (queue[head] > 0) {
            uint256 node = queue[head++];
            bool known = head < tail && queue[head] == _sibling(node);
            if (known) ++head;
            else proof[proofs++] = nodes[_sibling(node)];
            flags[steps++] = known;
            queue[tail++] = (node - 1) / 2;
        }
        m.proof = new bytes32[](proofs);
        for (uint256 i = 0; i < proofs; ++i) {
            m.proof[i] = proof[i];
        }
        m.flags = new uint256[]((steps + 255) / 256);
        for (uint256 i = 0; i < steps; ++i) {
            if (flags[i]) m.flags[i / 256] |= 1 << i % 256;
        }
    }

    function _sibling(uint256 node) private pure returns (uint256) {
        return node % 2 == 1 ? node + 1 : node - 1;
    }

    function _find(bytes32[] memory nodes, bytes32 leaf) private pure returns (uint256 i) {
        for (i = nodes.length / 2; i < nodes.length; ++i) {
            if (nodes[i] == leaf) return i;
        }
        revert("no such leaf");
    }

    function _sort(bytes32[] memory values) private pure returns (bytes32[] memory sorted) {
        sorted = new bytes32[](values.length);
        for (uint256 i = 0; i < values.length; ++i) {
            uint256 j = i;
            for (; j > 0 && sorted[j - 1] > values[i]; --j) {
                sorted[j] = sorted[j - 1];
            }
            sorted[j] = values[i];
        }
    }
}
