//! Names and labels of the engine's objects.
//!
//! Labels are the authority: an object without all of them is not ours and is never changed. Names are derived from the
//! lease, so that creating an object twice finds the first.

use std::collections::HashMap;

use alloy::primitives::{Address, B256};

use super::reconcile::Slot;

/// The owner of objects: one provider on one deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner {
    pub provider: Address,
    pub chain_id: u64,
    pub market: Address,
}

/// The lease that an object belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tag {
    pub owner: Owner,
    pub lease: B256,
    /// The lease's generation when the object was created.
    pub generation: i64,
    /// The block in which the lease was opened: a chain follower that has not passed it cannot tell that the lease is
    /// gone.
    pub opened_block: u64,
}

pub const PROVIDER: &str = "tidemark.provider";
pub const CHAIN: &str = "tidemark.chain";
pub const MARKET: &str = "tidemark.market";
pub const LEASE: &str = "tidemark.lease";
pub const SERVICE: &str = "tidemark.service";
pub const REPLICA: &str = "tidemark.replica";
pub const GENERATION: &str = "tidemark.generation";
pub const OPENED: &str = "tidemark.opened";
pub const VOLUME: &str = "tidemark.volume";

impl Owner {
    /// The label values that all objects of this owner share.
    pub fn labels(&self) -> [(&'static str, String); 3] {
        [
            (PROVIDER, format!("{:#x}", self.provider)),
            (CHAIN, self.chain_id.to_string()),
            (MARKET, format!("{:#x}", self.market)),
        ]
    }
}

impl Tag {
    pub fn labels(&self) -> HashMap<String, String> {
        let own = [
            (LEASE, format!("{:#x}", self.lease)),
            (GENERATION, self.generation.to_string()),
            (OPENED, self.opened_block.to_string()),
        ];
        self.owner.labels().into_iter().chain(own).map(|(key, value)| (key.to_owned(), value)).collect()
    }

    pub fn slot_labels(&self, slot: &Slot) -> HashMap<String, String> {
        let mut labels = self.labels();
        labels.insert(SERVICE.to_owned(), slot.service.clone());
        labels.insert(REPLICA.to_owned(), slot.replica.to_string());
        labels
    }

    pub fn volume_labels(&self, volume: &str) -> HashMap<String, String> {
        let mut labels = self.labels();
        labels.insert(VOLUME.to_owned(), volume.to_owned());
        labels
    }

    /// Parses the labels of an object; `None` when it is not this owner's.
    pub fn read(owner: Owner, labels: &HashMap<String, String>) -> Option<Self> {
        let same = owner.labels().iter().all(|(key, value)| labels.get(*key) == Some(value));
        let lease = labels.get(LEASE)?.parse().ok()?;
        let generation = labels.get(GENERATION)?.parse().ok()?;
        let opened_block = labels.get(OPENED)?.parse().ok()?;
        same.then_some(Self { owner, lease, generation, opened_block })
    }
}

/// The slot in a container's labels.
pub fn slot(labels: &HashMap<String, String>) -> Option<Slot> {
    Some(Slot { replica: labels.get(REPLICA)?.parse().ok()?, service: labels.get(SERVICE)?.clone() })
}

/// The first 16 hex digits of a lease's id: enough to distinguish leases on a machine, short enough for names.
pub fn short(lease: B256) -> String {
    alloy::hex::encode(&lease[..8])
}

/// The name under which the gateway serves a service of a lease: `web-0123456789ab`.
pub fn served(service: &str, lease: B256) -> String {
    format!("{service}-{}", alloy::hex::encode(&lease[..6]))
}

pub fn network_name(lease: B256) -> String {
    format!("tidemark-{}", short(lease))
}

pub fn volume_name(lease: B256, volume: &str) -> String {
    format!("tidemark-{}-{volume}", short(lease))
}

pub fn container_name(lease: B256, slot: &Slot) -> String {
    format!("tidemark-{}-{}-{}", short(lease), slot.service, slot.replica)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_read_back_and_others_are_not() {
        let owner = Owner { provider: Address::repeat_byte(1), chain_id: 31337, market: Address::repeat_byte(2) };
        let tag = Tag { owner, lease: B256::repeat_byte(0xab), generation: 7, opened_block: 12 };
        let place = Slot { replica: 3, service: "web".to_owned() };
        let labels = tag.slot_labels(&place);
        assert_eq!(Tag::read(owner, &labels), Some(tag));
        assert_eq!(slot(&labels), Some(place.clone()));
        for key in [PROVIDER, CHAIN, MARKET, LEASE, GENERATION, OPENED] {
            let mut labels = labels.clone();
            labels.remove(key);
            assert_eq!(Tag::read(owner, &labels), None, "{key}");
        }
        assert_eq!(Tag::read(Owner { chain_id: 1, ..owner }, &labels), None);
        assert_eq!(container_name(tag.lease, &place), "tidemark-abababababababab-web-3");
    }
}
