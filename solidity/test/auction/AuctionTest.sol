// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Accrual} from "../../src/libraries/Accrual.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {Currency} from "../../src/types/Currency.sol";
import {Acceptance, AuctionOrder, Bid, Parameters, Terms} from "../../src/types/DataTypes.sol";
import {BidId, LeaseId, OrderId} from "../../src/types/Ids.sol";
import {MarketTest, Tidemark} from "../MarketTest.sol";

/// See Levers.sol.
interface ILevers {
    function letBind(address account, Currency currency, uint104 rate, uint104 amount, uint112 exposure) external;
    function exposed(address account, Currency currency) external view returns (uint256);
    function withGrant(bytes calldata call) external payable returns (bytes memory);
    function letFallSilent(address provider) external;
    function letFreeze(LeaseId lease, Currency currency) external;
    function letThaw(LeaseId lease, Currency currency) external;
}

/// An order of the tenant's, and two providers that answer it: the one of every test, and a rival.
abstract contract AuctionTest is MarketTest {
    uint256 internal constant BIDDING = 100; // seconds in which bids are taken
    uint256 internal constant ACCEPTANCE = 1000; // and in which they can be accepted

    ILevers internal levers;
    address internal rival = makeAddr("rival");
    Bid internal nobody; // to displace

    function setUp() public virtual override {
        super.setUp();
        levers = ILevers(address(market));
        vm.deal(rival, 100 ether);
        vm.prank(rival);
        market.register{value: MIN_BOND}(plenty(), "rival's key", "https://rival.example");
    }

    /// The market with levers between its parts.
    function deploy(Parameters memory p) internal override returns (Tidemark) {
        address next = deployCode("Faults.sol:Faults", abi.encode(p));
        next = deployCode("Auction.sol:Auction", abi.encode(p, next));
        next = deployCode("Registry.sol:Registry", abi.encode(p, next));
        next = deployCode("Levers.sol:Levers", abi.encode(p, next));
        next = deployCode("Approvals.sol:Approvals", abi.encode(p, next));
        return Tidemark(deployCode("Market.sol:Market", abi.encode(p, next)));
    }

    function orderIn(Currency currency, uint64 salt) internal view returns (AuctionOrder memory o) {
        o.tenant = tenant;
        o.currency = currency;
        o.order = order(2, salt);
        o.bidUntil = uint32(START + BIDDING);
        o.acceptUntil = uint32(START + ACCEPTANCE);
    }

    /// @param reserved Base units per replica and second.
    function bidOf(address who, uint256 reserved) internal pure returns (Bid memory b) {
        b.provider = who;
        b.rates = Accrual.rates(prices(), shape());
        b.rates.reserved = uint104(reserved * 1e12);
        b.expiry = uint32(START + ACCEPTANCE);
    }

    function openOrder(AuctionOrder memory o, uint256 deposit) internal returns (OrderId) {
        vm.prank(o.tenant);
        return market.openOrder{value: o.currency.isNative() ? deposit : 0}(o, deposit);
    }

    function placeBid(AuctionOrder memory o, Bid memory b) internal returns (BidId) {
        vm.prank(b.provider);
        return market.bid{value: BID_DEPOSIT}(o, b, nobody);
    }

    function accept(AuctionOrder memory o, Bid memory b) internal returns (LeaseId) {
        Acceptance[] memory all = new Acceptance[](1);
        all[0] = Acceptance(o, b);
        vm.prank(o.tenant);
        return market.accept(all)[0];
    }

    /// The lease that a bid wins.
    function termsOf(AuctionOrder memory o, Bid memory b) internal pure returns (Terms memory) {
        return Terms({
            tenant: o.tenant,
            provider: b.provider,
            currency: o.currency,
            shape: o.order.shape,
            rates: b.rates,
            manifestHash: o.order.manifestHash,
            salt: o.order.salt
        });
    }

    function orderId(AuctionOrder memory o) internal view returns (OrderId) {
        return OrderId.wrap(keccak256(abi.encode(block.chainid, address(market), o)));
    }

    function bidId(AuctionOrder memory o, Bid memory b) internal view returns (BidId) {
        return BidId.wrap(keccak256(abi.encode(orderId(o), b)));
    }

    /// How many replicas of the usual shape a provider holds capacity for.
    function heldBy(address who) internal view returns (uint256) {
        return market.capacityOf(who).heldMillicores / shape().millicores;
    }

    function orderClosed(AuctionOrder memory o) internal view returns (bytes memory) {
        return abi.encodeWithSelector(Errors.OrderClosed.selector, orderId(o));
    }

    function bidClosed(AuctionOrder memory o, Bid memory b) internal view returns (bytes memory) {
        return abi.encodeWithSelector(Errors.BidClosed.selector, bidId(o, b));
    }

    function notAllowed(address who) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(Errors.NotAllowed.selector, who);
    }

    function stopIntake() internal {
        vm.prank(arbiters);
        market.setIntake(false);
    }

    function word(bytes4 selector, uint256 a) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(selector, a);
    }

    function words(bytes4 selector, uint256 a, uint256 b) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(selector, a, b);
    }

    function words(bytes4 selector, uint256 a, uint256 b, uint256 c) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(selector, a, b, c);
    }
}
