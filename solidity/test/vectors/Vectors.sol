// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {Errors} from "../../src/libraries/Errors.sol";
import {LeasePolicy, Order, Rates, Shape} from "../../src/types/DataTypes.sol";

/// Reads the vectors of README.md.
abstract contract Vectors is Test {
    function _number(string memory json, string memory path, string memory key) internal pure returns (uint256) {
        return vm.parseJsonUint(json, string.concat(path, key));
    }

    function _shape(string memory json, string memory path) internal pure returns (Shape memory) {
        return Shape({
            millicores: uint32(_number(json, path, ".millicores")),
            memoryMiB: uint32(_number(json, path, ".memoryMiB")),
            diskMiB: uint32(_number(json, path, ".diskMiB")),
            gpus: uint16(_number(json, path, ".gpus"))
        });
    }

    function _rates(string memory json, string memory path) internal pure returns (Rates memory) {
        return Rates({
            reserved: uint104(_number(json, path, ".reserved")),
            replicaSecond: uint104(_number(json, path, ".replicaSecond")),
            cpuSecond: uint80(_number(json, path, ".cpuSecond")),
            memoryMiBSecond: uint80(_number(json, path, ".memoryMiBSecond")),
            networkMiB: uint80(_number(json, path, ".networkMiB"))
        });
    }

    function _baseOrder(string memory json, string memory path) internal pure returns (Order memory) {
        return Order({
            shape: _shape(json, string.concat(path, ".shape")),
            replicas: uint16(_number(json, path, ".replicas")),
            policy: _policy(json, string.concat(path, ".policy")),
            maxRate: uint104(_number(json, path, ".maxRate")),
            manifestHash: vm.parseJsonBytes32(json, string.concat(path, ".manifestHash")),
            salt: uint64(_number(json, path, ".salt"))
        });
    }

    function _policy(string memory json, string memory path) internal pure returns (LeasePolicy memory) {
        return LeasePolicy({
            minReplicas: uint16(_number(json, path, ".minReplicas")),
            maxReplicas: uint16(_number(json, path, ".maxReplicas")),
            target: uint8(_number(json, path, ".target")),
            up: uint8(_number(json, path, ".up")),
            down: uint8(_number(json, path, ".down")),
            cooldown: uint16(_number(json, path, ".cooldown")),
            step: uint8(_number(json, path, ".step")),
            headroom: uint8(_number(json, path, ".headroom"))
        });
    }

    function _refuses(string memory json, string memory path) internal view returns (bool) {
        return vm.keyExistsJson(json, string.concat(path, ".expected.error"));
    }

    /// What a call answers as the case says: nothing, or its error.
    /// @param subject What stands for "order" or "offer" among the error's arguments.
    /// @param provider What stands for "provider".
    function _expected(string memory json, string memory path, uint256 subject, address provider)
        internal
        view
        returns (bytes memory answer)
    {
        if (!_refuses(json, path)) return "";
        answer = abi.encodePacked(_selector(vm.parseJsonString(json, string.concat(path, ".expected.error"))));
        string[] memory args = vm.parseJsonStringArray(json, string.concat(path, ".expected.args"));
        for (uint256 i = 0; i < args.length; ++i) {
            uint256 arg;
            if (_same(args[i], "order") || _same(args[i], "offer")) arg = subject;
            else if (_same(args[i], "provider")) arg = uint160(provider);
            else arg = vm.parseUint(args[i]);
            answer = abi.encodePacked(answer, arg);
        }
    }

    function _same(string memory a, string memory b) internal pure returns (bool) {
        return keccak256(bytes(a)) == keccak256(bytes(b));
    }

    function _selector(string memory name) private pure returns (bytes4) {
        if (_same(name, "NotRegistered")) return Errors.NotRegistered.selector;
        if (_same(name, "OrderClosed")) return Errors.OrderClosed.selector;
        if (_same(name, "BiddingOver")) return Errors.BiddingOver.selector;
        if (_same(name, "BadDeadlines")) return Errors.BadDeadlines.selector;
        if (_same(name, "RateTooHigh")) return Errors.RateTooHigh.selector;
        if (_same(name, "AttributeMissing")) return Errors.AttributeMissing.selector;
        if (_same(name, "InsufficientFunds")) return Errors.InsufficientFunds.selector;
        if (_same(name, "CapacityExceeded")) return Errors.CapacityExceeded.selector;
        if (_same(name, "OfferClosed")) return Errors.OfferClosed.selector;
        if (_same(name, "EmptyShape")) return Errors.EmptyShape.selector;
        if (_same(name, "BadPolicy")) return Errors.BadPolicy.selector;
        if (_same(name, "ReplicasOutOfBounds")) return Errors.ReplicasOutOfBounds.selector;
        revert(string.concat("unknown error ", name));
    }
}
