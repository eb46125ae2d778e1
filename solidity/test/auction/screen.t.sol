// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAuction} from "../../src/interfaces/IAuction.sol";
import {AuctionOrder, Bid, Order, PriceList, Shape} from "../../src/types/DataTypes.sol";
import {OfferId} from "../../src/types/Ids.sol";
import {Vectors} from "../vectors/Vectors.sol";
import {AuctionTest} from "./AuctionTest.sol";

contract ScreenTest is AuctionTest, Vectors {
    address private bidder = makeAddr("bidder");

    function test_RevertWhen_NotTheBidsProvider() external {
        AuctionOrder memory o = orderIn(usd, 1);
        openOrder(o, DEPOSIT);
        Bid memory b = bidOf(provider, RATE);
        vm.expectRevert(notAllowed(rival));
        vm.prank(rival);
        market.screen(o, b);
        vm.prank(provider);
        market.screen(o, b);
    }

    function test_EveryCase() external {
        string memory json = vm.readFile("test/vectors/screen.json");
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
        assertGt(count, 40);
    }

    function _try(string memory json, string memory path) private {
        assertEq(_number(json, path, ".noticePeriod"), NOTICE);
        AuctionOrder memory o = _order(json, path);
        string memory state = vm.parseJsonString(json, string.concat(path, ".state"));
        if (!_same(state, "unknown")) openOrder(o, _number(json, path, ".deposit"));
        if (_same(state, "closed")) {
            vm.prank(tenant);
            market.cancelOrder(o);
        }
        if (vm.parseJsonBool(json, string.concat(path, ".provider.registered"))) _register(json, path);
        Bid memory b = Bid({
            provider: bidder,
            rates: _rates(json, string.concat(path, ".bid.rates")),
            expiry: uint32(_number(json, path, ".bid.expiry"))
        });
        vm.warp(_number(json, path, ".now"));
        vm.deal(bidder, BID_DEPOSIT);
        bytes memory want =
            _expected(json, path, uint256(keccak256(abi.encode(block.chainid, address(market), o))), bidder);
        string memory name = vm.parseJsonString(json, string.concat(path, ".name"));
        vm.prank(bidder);
        (bool ok, bytes memory answer) = address(market).staticcall(abi.encodeCall(IAuction.screen, (o, b)));
        assertEq(ok, want.length == 0, name);
        assertEq(answer, want, name);
        vm.prank(bidder);
        (ok, answer) = address(market).call{value: BID_DEPOSIT}(abi.encodeCall(IAuction.bid, (o, b, nobody)));
        assertEq(ok, want.length == 0, name);
        if (!ok) assertEq(answer, want, name);
    }

    function _order(string memory json, string memory path) private view returns (AuctionOrder memory) {
        return AuctionOrder({
            tenant: tenant,
            currency: usd,
            order: _baseOrder(json, string.concat(path, ".order")),
            bidUntil: uint32(_number(json, path, ".order.bidUntil")),
            acceptUntil: uint32(_number(json, path, ".order.acceptUntil")),
            attributes: vm.parseJsonBytes32Array(json, string.concat(path, ".order.attributes"))
        });
    }

    /// What the bidder holds already is one lease of the stranger's for a price of nothing.
    function _register(string memory json, string memory path) private {
        Shape memory taken = _shape(json, string.concat(path, ".provider.held"));
        uint256 bond = _number(json, path, ".provider.bond");
        vm.deal(bidder, bond);
        vm.startPrank(bidder);
        market.register{value: bond}(plenty(), "", "");
        market.setAttributes(vm.parseJsonBytes32Array(json, string.concat(path, ".provider.attributes")));
        PriceList memory nothing;
        OfferId offer = market.listOffer(usd, nothing);
        vm.stopPrank();
        if (taken.millicores != 0) {
            Order memory own = order(1, 1);
            (own.shape, own.policy.maxReplicas) = (taken, 1);
            vm.prank(stranger);
            market.take(offer, own, 1);
        }
        vm.prank(bidder);
        market.updateProvider(_shape(json, string.concat(path, ".provider.capacity")), "", "");
    }
}
