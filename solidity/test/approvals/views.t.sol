// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";

import {Limits} from "../../src/types/DataTypes.sol";
import {Tidemark} from "../MarketTest.sol";
import {ApprovalsTest} from "./ApprovalsTest.sol";

contract ApprovalsViewsTest is ApprovalsTest {
    bytes32 private constant TYPE =
        keccak256("Action(address account,bytes call,uint256 value,uint256 nonce,uint256 expiry,uint256 version)");
    bytes32 private constant DOMAIN =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    function _expected(
        address account,
        bytes memory call,
        uint256 value,
        uint256 nonce,
        uint256 expiry,
        uint256 version
    ) private view returns (bytes32) {
        bytes32 hash = keccak256(abi.encode(TYPE, account, keccak256(call), value, nonce, expiry, version));
        bytes32 domain =
            keccak256(abi.encode(DOMAIN, keccak256("Tidemark"), keccak256("1"), block.chainid, address(market)));
        return keccak256(abi.encodePacked("\x19\x01", domain, hash));
    }

    function testFuzz_ActionOf(bytes memory call, uint256 value, uint256 nonce, uint256 expiry, uint32 chain) external {
        assertEq(market.actionOf(tenant, call, value, nonce, expiry), _expected(tenant, call, value, nonce, expiry, 1));
        assertEq(
            market.actionOf(stranger, call, value, nonce, expiry), _expected(stranger, call, value, nonce, expiry, 0)
        );
        vm.chainId(bound(chain, 1, type(uint32).max));
        assertEq(market.actionOf(tenant, call, value, nonce, expiry), _expected(tenant, call, value, nonce, expiry, 1));
    }

    /// The parts know the market by where they run, not by where they stand.
    function test_TheDomainIsTheMarkets() external {
        (, string memory name, string memory version, uint256 chainId, address verifyingContract,,) =
            IERC5267(address(market)).eip712Domain();
        assertEq(name, "Tidemark");
        assertEq(version, "1");
        assertEq(chainId, block.chainid);
        assertEq(verifyingContract, address(market));
        Tidemark other = deploy(localParameters());
        assertNotEq(other.actionOf(stranger, "", 0, 0, 0), market.actionOf(stranger, "", 0, 0, 0));
    }

    function test_TypeHash() external view {
        assertEq(market.ACTION_TYPEHASH(), TYPE);
    }

    function test_AFreeAccount() external view {
        (uint256 threshold, uint256 version) = market.bindingOf(stranger);
        assertEq(threshold, 0);
        assertEq(version, 0);
        Limits memory none;
        assertEq(keccak256(abi.encode(market.limitsOf(stranger, usd))), keccak256(abi.encode(none)));
        assertFalse(market.nonceUsed(stranger, 0));
    }

    function testFuzz_NonceUsed(uint256 nonce, uint256 other) external {
        act(bigTake(1), 0, nonce);
        assertTrue(market.nonceUsed(tenant, nonce));
        for (uint256 i = 0; i < 256; ++i) {
            uint256 near = nonce >> 8 << 8 | i;
            assertEq(market.nonceUsed(tenant, near), near == nonce);
        }
        assertEq(market.nonceUsed(tenant, other), other == nonce);
        assertFalse(market.nonceUsed(stranger, nonce));
    }
}
