// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IMarket} from "../../src/interfaces/IMarket.sol";
import {Capacity, Order, PriceList, Shape, Terms} from "../../src/types/DataTypes.sol";
import {OfferId} from "../../src/types/Ids.sol";
import {MarketTest} from "../MarketTest.sol";
import {Vectors} from "../vectors/Vectors.sol";

contract TakeVectorsTest is MarketTest, Vectors {
    address private seller = makeAddr("seller");

    function test_EveryCase() external {
        string memory json = vm.readFile("test/vectors/take.json");
        uint256 count = 0;
        uint256 world = vm.snapshotState();
        for (
            string memory path = "$[0]";
            vm.keyExistsJson(json, path);
            path = string.concat("$[", vm.toString(count), "]")
        ) {
            _try(json, path);
            vm.revertToState(world);
            ++count;
        }
        assertGt(count, 30);
    }

    function _try(string memory json, string memory path) private {
        assertEq(_number(json, path, ".noticePeriod"), NOTICE);
        string memory name = vm.parseJsonString(json, string.concat(path, ".name"));
        OfferId offer = _list(json, path);
        Order memory o = _baseOrder(json, string.concat(path, ".order"));
        uint256 deposit = _number(json, path, ".deposit");
        token.mint(tenant, deposit);
        bytes memory want = _expected(json, path, OfferId.unwrap(offer), seller);
        vm.prank(tenant);
        (bool ok, bytes memory answer) = address(market).call(abi.encodeCall(IMarket.take, (offer, o, deposit)));
        if (_refuses(json, path)) {
            assertFalse(ok, name);
            assertEq(answer, want, name);
            return;
        }
        assertTrue(ok, name);
        Terms memory terms = Terms({
            tenant: tenant,
            provider: seller,
            currency: usd,
            shape: o.shape,
            rates: _rates(json, string.concat(path, ".expected.rates")),
            manifestHash: o.manifestHash,
            salt: o.salt
        });
        assertEq(answer, abi.encode(market.idOf(terms)), name);
        uint256 highest = uint256(terms.rates.reserved) * o.policy.maxReplicas;
        assertEq(_number(json, path, ".expected.highestRate"), highest, name);
        Shape memory s = _shape(json, string.concat(path, ".expected.held"));
        Capacity memory c = market.capacityOf(seller);
        bytes memory taken = abi.encode(c.heldMillicores, c.heldMemoryMiB, c.heldDiskMiB, c.heldGpus);
        assertEq(taken, abi.encode(s.millicores, s.memoryMiB, s.diskMiB, s.gpus), name);
    }

    /// What the seller holds already is one lease of the stranger's for a price of nothing.
    function _list(string memory json, string memory path) private returns (OfferId offer) {
        vm.deal(seller, MIN_BOND);
        PriceList memory nothing;
        vm.startPrank(seller);
        market.register{value: MIN_BOND}(plenty(), "", "");
        offer = market.listOffer(usd, nothing);
        vm.stopPrank();
        Shape memory taken = _shape(json, string.concat(path, ".provider.held"));
        if (taken.millicores != 0) {
            Order memory own = order(1, 1);
            (own.shape, own.policy.maxReplicas) = (taken, 1);
            vm.prank(stranger);
            market.take(offer, own, 1);
        }
        vm.startPrank(seller);
        market.updateProvider(_shape(json, string.concat(path, ".provider.capacity")), "", "");
        offer = market.listOffer(usd, _priceList(json, string.concat(path, ".offer.prices")));
        if (!vm.parseJsonBool(json, string.concat(path, ".offer.open"))) market.withdrawOffer(offer);
        vm.stopPrank();
    }

    function _priceList(string memory json, string memory path) private pure returns (PriceList memory) {
        return PriceList({
            millicore: uint80(_number(json, path, ".millicore")),
            memoryMiB: uint80(_number(json, path, ".memoryMiB")),
            diskMiB: uint80(_number(json, path, ".diskMiB")),
            gpu: uint80(_number(json, path, ".gpu")),
            cpuSecond: uint80(_number(json, path, ".cpuSecond")),
            memoryMiBSecond: uint80(_number(json, path, ".memoryMiBSecond")),
            networkMiB: uint80(_number(json, path, ".networkMiB")),
            networkKiBps: uint32(_number(json, path, ".networkKiBps"))
        });
    }
}
