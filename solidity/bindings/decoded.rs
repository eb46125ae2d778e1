//! Events with their arguments as JSON, for readers without an ABI.

use std::{collections::BTreeMap, sync::LazyLock};

use alloy::{
    dyn_abi::{DynSolValue, EventExt},
    hex,
    json_abi::{Event, EventParam, JsonAbi, Param},
    primitives::{B256, LogData},
};
use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Deserialize)]
struct File {
    abi: JsonAbi,
}

static EVENTS: LazyLock<BTreeMap<B256, Event>> = LazyLock::new(|| {
    let file: Option<File> = serde_json::from_str(include_str!("../abi/Market.json")).ok();
    let events = file.into_iter().flat_map(|file| file.abi.events.into_values().flatten());
    events.map(|event| (event.selector(), event)).collect()
});

/// The arguments of an event of the market by their Solidity names. Numbers are decimal strings, structs are objects, addresses
/// are checksummed, bytes are 0x hex. `None` for a log that is no event of the market.
pub fn arguments(log: &LogData) -> Option<Map<String, Value>> {
    let event = EVENTS.get(log.topics().first()?)?;
    let decoded = event.decode_log(log).ok()?;
    let (mut indexed, mut body) = (decoded.indexed.iter(), decoded.body.iter());
    let argument = |input: &EventParam| {
        let value = if input.indexed { indexed.next() } else { body.next() };
        Some((input.name.clone(), json(value?, &input.components)))
    };
    event.inputs.iter().map(argument).collect()
}

fn json(value: &DynSolValue, components: &[Param]) -> Value {
    match value {
        DynSolValue::Bool(value) => Value::Bool(*value),
        DynSolValue::Int(value, _) => Value::String(value.to_string()),
        DynSolValue::Uint(value, _) => Value::String(value.to_string()),
        DynSolValue::FixedBytes(word, size) => Value::String(hex::encode_prefixed(&word[..*size])),
        DynSolValue::Address(address) => Value::String(address.to_string()),
        DynSolValue::Function(function) => Value::String(hex::encode_prefixed(function)),
        DynSolValue::Bytes(bytes) => Value::String(hex::encode_prefixed(bytes)),
        DynSolValue::String(text) => Value::String(text.clone()),
        DynSolValue::Array(values) | DynSolValue::FixedArray(values) => {
            values.iter().map(|value| json(value, components)).collect()
        }
        // A tuple whose struct the ABI names decodes to `CustomStruct`.
        DynSolValue::Tuple(values) | DynSolValue::CustomStruct { tuple: values, .. } => {
            let fields = components.iter().zip(values);
            Value::Object(fields.map(|(field, value)| (field.name.clone(), json(value, &field.components))).collect())
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use alloy::{
        primitives::{Address, U256},
        sol_types::SolEvent,
    };
    use serde_json::json;

    use super::*;
    use crate::Market::{self, MarketEvents};

    #[test]
    fn every_event_of_the_bindings_is_known() {
        use alloy::sol_types::SolEventInterface;
        assert_eq!(EVENTS.len(), MarketEvents::COUNT);
    }

    #[test]
    fn arguments_have_their_names_and_numbers_are_text() {
        let account = Address::repeat_byte(0xab);
        let bound = Market::AccountBound {
            account,
            approvers: vec![Address::ZERO, account],
            threshold: U256::MAX,
            limits: vec![Market::Limit { currency: account, ..Market::Limit::default() }],
            version: U256::from(7),
        };
        let told = arguments(&bound.encode_log_data()).unwrap();
        assert_eq!(told["account"], account.to_string());
        assert_eq!(told["approvers"], json!([Address::ZERO.to_string(), account.to_string()]));
        assert_eq!((&told["threshold"], &told["version"]), (&json!(U256::MAX.to_string()), &json!("7")));
        assert_eq!(told["limits"][0]["currency"], account.to_string());
        let policy = Market::LeasePolicy { maxReplicas: 3, ..Market::LeasePolicy::default() };
        let told = arguments(&Market::PolicySet { lease: B256::ZERO, policy }.encode_log_data()).unwrap();
        assert_eq!(told["policy"]["maxReplicas"], "3");
        let root = Market::RootPosted { provider: account, epoch: U256::from(3), root: B256::repeat_byte(1) };
        let told = arguments(&root.encode_log_data()).unwrap();
        assert_eq!(told["root"], B256::repeat_byte(1).to_string());
        assert!(arguments(&LogData::new_unchecked(vec![B256::ZERO], Default::default())).is_none());
    }
}
