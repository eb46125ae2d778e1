// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Fraud, Leaf, Order, Statement} from "../../src/types/DataTypes.sol";
import {FaultsTest} from "./FaultsTest.sol";

/// A provider that measures what it runs and states what it measured. It clips CPU time and memory to the shape, follows a
/// step within an epoch, and may once between two steps follow one that a reorganization reverts within an epoch.
contract HonestTest is FaultsTest {
    uint256 private constant EVENTS = 14;
    uint256 private constant MOST_LEAVES = 5;

    struct Event {
        uint8 kind;
        uint8 amount; // of whatever the kind has
        uint16 health; // share of replicas, of 65,535
        uint16 load; // share of CPU and memory that a replica has, of 60,000: a little beyond all there is
    }

    Leaf[] private _leaves;
    Statement private _counted; // without clipping
    uint256 private _running;
    bool private _misled; // by a step that was reverted, since the last one

    function setUp() public override {
        super.setUp();
        Order memory o = order(4, 2);
        o.policy.minReplicas = 0;
        (terms, id) = open(tenant, usd, o, 1e9);
        _running = 4;
    }

    /// forge-config: default.fuzz.runs = 128
    function testFuzz_NoProofConvicts(Event[EVENTS] memory events) external {
        for (uint256 i = 0; i < EVENTS; ++i) {
            _happens(events[i]);
            if (i % 4 == 3 || i == EVENTS - 1) _checkInnocence();
        }
        assertFalse(market.fraudKnown(id));
    }

    function _happens(Event memory e) private {
        uint256 kind = e.kind % 16;
        if (kind < 5) _epoch(e, 1 + e.amount % 40);
        else if (kind < 8) _step(e);
        else if (kind == 8) _mislead(e);
        else if (kind < 11) _settle(e);
        else if (kind == 11) _lapse(e);
        else if (kind == 12) _fallSilent();
        else if (kind == 13) _repeat(e);
        else if (kind == 14) _ruledFor(e);
        else if (e.amount % 4 == 0) _close(e);
    }

    // What happens

    function _live(Event memory e, uint256 lasts) private {
        skip(lasts);
        uint256 healthy = _running * lasts * e.health / type(uint16).max;
        // what runs uses CPU, healthy or not
        uint256 busy_ = _running * lasts * e.load;
        _counted.replicaSeconds += uint64(healthy);
        _counted.cpuNanos += uint96(busy_ * 1e9 / 60_000);
        _counted.memoryByteSeconds += uint128((busy_ * 1000 << 20) / 60_000);
        _counted.networkBytes += uint96(busy_);
    }

    function _epoch(Event memory e, uint256 lasts) private {
        _live(e, lasts);
        _post(_statement());
    }

    /// What the meter says now, clipped to what its replica-seconds could use.
    function _statement() private view returns (Statement memory statement) {
        statement = _counted;
        statement.time = uint32(_now());
        uint256 seconds_ = statement.replicaSeconds;
        if (statement.cpuNanos > seconds_ * 1e9) statement.cpuNanos = uint96(seconds_ * 1e9);
        uint256 memory_ = seconds_ * 1000 << 20;
        if (statement.memoryByteSeconds > memory_) statement.memoryByteSeconds = uint128(memory_);
        Statement memory before;
        if (_leaves.length > 0) before = _leaves[_leaves.length - 1].statement;
        uint256 grown = seconds_ - before.replicaSeconds;
        if (grown == 0) return statement;
        uint256 utilization = (statement.cpuNanos - before.cpuNanos) * 10_000 / (grown * 1e9);
        statement.utilization = uint16(utilization > type(uint16).max ? type(uint16).max : utilization);
    }

    function _post(Statement memory statement) private {
        if (_now() < market.providerOf(provider).rootAt + SPACING) return;
        Leaf memory leaf = state(statement);
        if (_leaves.length == MOST_LEAVES) {
            // the oldest but one is forgotten, for the tests' time; the first stays
            for (uint256 i = 1; i < MOST_LEAVES - 1; ++i) {
                _leaves[i] = _leaves[i + 1];
            }
            _leaves.pop();
        }
        _leaves.push(leaf);
    }

    /// The provider takes up to an epoch to follow, and may post meanwhile.
    function _step(Event memory e) private {
        uint256 before = _running;
        uint16 replicas = uint16(e.amount % (MOST + 1));
        vm.prank(tenant);
        try market.scale(terms, replicas) {}
        catch {
            return;
        }
        _misled = false;
        if (before > replicas) {
            uint256 lag = uint256(e.health ^ e.load) % EPOCH;
            _live(e, lag / 2);
            _post(_statement());
            _live(e, lag - lag / 2);
        }
        _running = replicas;
        if (e.amount & 1 == 1) _post(_statement());
    }

    function _mislead(Event memory e) private {
        if (_misled || market.reservationOf(id).maxReplicas == 0) return;
        _misled = true;
        uint256 before = _running;
        _running = MOST;
        _epoch(e, 1 + e.amount % EPOCH);
        _running = before;
    }

    function _settle(Event memory e) private {
        if (_leaves.length == 0) return;
        Leaf memory leaf = _leaves[_leaves.length - 1];
        _live(e, CHALLENGE);
        if (leaf.statement.time + CLAIM >= _now()) settle(terms, leaf.statement, leaf.epoch, emptyPath());
    }

    function _lapse(Event memory e) private {
        _epoch(e, CLAIM + e.amount);
        _settle(e);
    }

    /// Its machine is off: it counts nothing, and can be reported for that.
    function _fallSilent() private {
        if (market.capacityOf(provider).heldMillicores == 0) return;
        uint256 newest = market.providerOf(provider).epoch;
        if (market.outageOf(provider).confirmed && market.outageOf(provider).epoch == newest) return;
        outage();
        try market.creditOutage(terms) {} catch {}
    }

    /// The newest statement once more, under another root.
    function _repeat(Event memory e) private {
        if (_leaves.length == 0) return;
        _live(e, SPACING);
        _post(_leaves[_leaves.length - 1].statement);
    }

    function _ruledFor(Event memory e) private {
        vm.deal(tenant, DISPUTE_DEPOSIT);
        vm.prank(tenant);
        try market.dispute{value: DISPUTE_DEPOSIT}(terms, "evidence") {
            _epoch(e, 1 + e.amount % 30);
            rule(e.amount & 1 == 0, 0);
        } catch {}
    }

    function _close(Event memory e) private {
        vm.prank(tenant);
        try market.close(terms) {
            _epoch(e, e.amount % EPOCH);
            _running = 0;
        } catch {}
    }

    // What can be shown

    function _checkInnocence() private {
        uint256 count = _leaves.length;
        for (uint256 i = 0; i < count; ++i) {
            Leaf memory a = _leaves[i];
            _checkInnocent(Fraud.Excess, one(a));
            for (uint256 j = 0; j < count; ++j) {
                Leaf[] memory pair = two(a, _leaves[j]);
                for (uint256 kind = 1; kind <= uint256(type(Fraud).max); ++kind) {
                    _checkInnocent(Fraud(kind), pair);
                }
            }
        }
    }

    function _checkInnocent(Fraud kind, Leaf[] memory leaves) private {
        try market.proveFraud(terms, kind, leaves) {
            assertTrue(false, "an honest provider was convicted");
        } catch {}
    }
}
