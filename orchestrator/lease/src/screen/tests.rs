//! The contract's tests read the same cases.

use proptest::prelude::*;
use serde_json::Value;
use solidity::{AuctionOrder, PriceList};

use super::*;
use crate::accrual;

const SCREEN: &str = include_str!("../../../../solidity/test/vectors/screen.json");
const TAKE: &str = include_str!("../../../../solidity/test/vectors/take.json");

fn number<T: std::str::FromStr>(value: &Value) -> T {
    value.as_str().and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("{value} is not a number that fits"))
}

fn shape(value: &Value) -> Shape {
    Shape {
        millicores: number(&value["millicores"]),
        memoryMiB: number(&value["memoryMiB"]),
        diskMiB: number(&value["diskMiB"]),
        gpus: number(&value["gpus"]),
    }
}

fn rates(value: &Value) -> Rates {
    Rates {
        reserved: number(&value["reserved"]),
        replicaSecond: number(&value["replicaSecond"]),
        cpuSecond: number(&value["cpuSecond"]),
        memoryMiBSecond: number(&value["memoryMiBSecond"]),
        networkMiB: number(&value["networkMiB"]),
    }
}

fn prices(value: &Value) -> PriceList {
    PriceList {
        millicore: number(&value["millicore"]),
        memoryMiB: number(&value["memoryMiB"]),
        diskMiB: number(&value["diskMiB"]),
        gpu: number(&value["gpu"]),
        cpuSecond: number(&value["cpuSecond"]),
        memoryMiBSecond: number(&value["memoryMiBSecond"]),
        networkMiB: number(&value["networkMiB"]),
        networkKiBps: number(&value["networkKiBps"]),
    }
}

fn order(value: &Value) -> Order {
    let policy = &value["policy"];
    Order {
        shape: shape(&value["shape"]),
        replicas: number(&value["replicas"]),
        policy: LeasePolicy {
            minReplicas: number(&policy["minReplicas"]),
            maxReplicas: number(&policy["maxReplicas"]),
            target: number(&policy["target"]),
            up: number(&policy["up"]),
            down: number(&policy["down"]),
            cooldown: number(&policy["cooldown"]),
            step: number(&policy["step"]),
            headroom: number(&policy["headroom"]),
        },
        maxRate: number(&value["maxRate"]),
        manifestHash: number(&value["manifestHash"]),
        salt: number(&value["salt"]),
    }
}

fn words(value: &Value) -> Vec<B256> {
    value.as_array().map(|words| words.iter().map(number).collect()).unwrap_or_default()
}

fn seller(value: &Value) -> Seller {
    Seller {
        provider: Address::repeat_byte(7),
        registered: value.get("registered").is_none_or(|registered| registered == true),
        capacity: Amounts::of(&shape(&value["capacity"]), 1),
        held: Amounts::of(&shape(&value["held"]), 1),
        attributes: words(&value["attributes"]).into_iter().collect(),
        intake_open: true,
    }
}

/// Whether the first reason is the case's error.
fn agrees(case: &Value, reasons: &[Mismatch], subject: &str) {
    let (name, expected) = (&case["name"], &case["expected"]);
    let Some(error) = expected["error"].as_str() else {
        return assert!(reasons.is_empty(), "{name}: {reasons:?}");
    };
    let first = reasons.first().unwrap_or_else(|| panic!("{name}: nothing is refused"));
    assert_eq!(first.error(), error, "{name}");
    let provider = Address::repeat_byte(7).to_string();
    let arguments = expected["args"].as_array().unwrap().iter().map(|argument| match argument.as_str().unwrap() {
        "order" | "offer" => subject.to_owned(),
        "provider" => provider.clone(),
        // An attribute is written as a number too.
        other => other.to_owned(),
    });
    assert_eq!(first.arguments(), arguments.collect::<Vec<_>>(), "{name}");
}

#[test]
fn bids_are_screened_as_the_contract_does() {
    let cases: Vec<Value> = serde_json::from_str(SCREEN).unwrap();
    assert!(cases.len() > 50);
    for case in &cases {
        let asked = &case["order"];
        let terms = AuctionOrder {
            tenant: Address::ZERO,
            currency: Address::ZERO,
            order: order(asked),
            bidUntil: number(&asked["bidUntil"]),
            acceptUntil: number(&asked["acceptUntil"]),
            attributes: words(&asked["attributes"]),
        };
        let mut auction = Auction::new(B256::repeat_byte(9), terms, number(&case["deposit"]), 0, 0);
        if case["state"] != "open" {
            auction.closed_at = Some(0);
        }
        let offered = Bid {
            provider: Address::repeat_byte(7),
            rates: rates(&case["bid"]["rates"]),
            expiry: number(&case["bid"]["expiry"]),
        };
        let reasons = super::bid(
            &auction,
            &offered,
            &seller(&case["provider"]),
            number(&case["now"]),
            number(&case["noticePeriod"]),
        );
        agrees(case, &reasons, &auction.id.to_string());
    }
}

#[test]
fn offers_are_taken_as_the_contract_does() {
    let cases: Vec<Value> = serde_json::from_str(TAKE).unwrap();
    assert!(cases.len() > 50);
    for case in &cases {
        let (order, seller) = (order(&case["order"]), seller(&case["provider"]));
        let priced = accrual::rates(&prices(&case["offer"]["prices"]), &order.shape);
        let open = case["offer"]["open"] == true;
        let reasons = super::take(
            (5, open),
            &priced,
            &seller,
            &order,
            Some(number(&case["deposit"])),
            number(&case["noticePeriod"]),
        );
        agrees(case, &reasons, "5");
        let expected = &case["expected"];
        if expected.get("error").is_none() {
            assert_eq!(priced, rates(&expected["rates"]), "{}", case["name"]);
            let most = order.policy.maxReplicas;
            assert_eq!(highest_rate(&priced, most), number::<U256>(&expected["highestRate"]), "{}", case["name"]);
            let held = seller.held.plus(Amounts::of(&order.shape, most));
            assert_eq!(held, Amounts::of(&shape(&expected["held"]), 1), "{}", case["name"]);
        }
    }
}

#[test]
fn everything_that_fails_is_told_not_only_the_first() {
    let case: Value = serde_json::from_str::<Vec<Value>>(TAKE).unwrap().remove(0);
    let mut order = order(&case["order"]);
    order.replicas = 11;
    order.maxRate = Default::default();
    let seller = Seller { intake_open: true, ..Seller::default() };
    let priced = accrual::rates(&prices(&case["offer"]["prices"]), &order.shape);
    let reasons = take((5, false), &priced, &seller, &order, Some(U256::ZERO), 30);
    let errors: Vec<_> = reasons.iter().map(Mismatch::error).collect();
    assert_eq!(errors[..3], ["OfferClosed", "ReplicasOutOfBounds", "RateTooHigh"]);
    assert_eq!(
        errors[3..],
        ["CapacityExceeded", "CapacityExceeded", "CapacityExceeded", "CapacityExceeded", "InsufficientFunds"]
    );
    let told = listed(&reasons);
    assert!(told.contains("0 millicores are free where 10000 are asked: ask for 10000 fewer"), "{told}");
}

#[test]
fn attributes_are_words() {
    assert_eq!(attribute_text(attribute("region=eu").unwrap()), "region=eu");
    assert!(attribute("").is_err() && attribute(&"x".repeat(33)).is_err() && attribute("a b").is_err());
    assert!(attribute_text(B256::repeat_byte(0xff)).starts_with("0xff"));
}

proptest! {
    /// What fits still fits when the provider has more capacity, and stops when a unit less than needed is free.
    #[test]
    fn room_decides_by_the_unit(each in 1u32..1000, most in 1u16..100, held in 0u64..1_000_000) {
        let shape = Shape { millicores: each, memoryMiB: each, diskMiB: 0, gpus: 0 };
        let asked = u64::from(each) * u64::from(most);
        let mut seller = Seller { capacity: Amounts([held + asked, held + asked, 0, 0]), held: Amounts([held, held, 0, 0]), ..Seller::default() };
        prop_assert_eq!(too_little(&seller, &shape, most).count(), 0);
        seller.capacity.0[1] -= 1;
        let reasons: Vec<_> = too_little(&seller, &shape, most).collect();
        prop_assert_eq!(reasons, vec![Mismatch::CapacityExceeded { kind: 1, asked, free: asked - 1 }]);
    }
}
