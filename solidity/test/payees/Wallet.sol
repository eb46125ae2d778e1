// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// A contract account that refuses money, or calls another contract when it receives some.
contract Wallet {
    bool private refuses;
    bool private refusesAfterwards;
    address private target;
    bytes private call;
    bool public calledBack;
    bytes public answer;

    function refuse(bool yes) external {
        refuses = yes;
    }

    /// Refuses only when it has called back.
    function refuseAfterwards(bool yes) external {
        refusesAfterwards = yes;
    }

    function callBack(address target_, bytes calldata call_) external {
        (target, call) = (target_, call_);
    }

    function act(address to, bytes calldata data) external payable returns (bytes memory) {
        (bool ok, bytes memory result) = to.call{value: msg.value}(data);
        if (!ok) {
            assembly ("memory-safe") {
                revert(add(result, 32), mload(result))
            }
        }
        return result;
    }

    receive() external payable {
        if (refuses) revert("no thanks");
        if (target != address(0)) {
            address to = target;
            target = address(0);
            (calledBack, answer) = to.call(call);
        }
        if (refusesAfterwards) revert("no thanks after all");
    }
}
