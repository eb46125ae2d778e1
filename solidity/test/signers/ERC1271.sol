// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// A tenant that is a contract: it accepts the signatures of one key, or misbehaves.
contract ERC1271 {
    enum Mode {
        Honest,
        Reverts,
        SaysTrue // as a boolean, which is not the magic value
    }

    address private immutable OWNER;
    Mode private mode;

    constructor(address owner) {
        OWNER = owner;
    }

    function setMode(Mode to) external {
        mode = to;
    }

    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes32) {
        if (mode == Mode.Reverts) revert("no");
        if (mode == Mode.SaysTrue) return bytes32(uint256(1));
        (address signer,,) = ECDSA.tryRecoverCalldata(digest, signature);
        return signer == OWNER ? bytes32(bytes4(0x1626ba7e)) : bytes32(0);
    }
}
