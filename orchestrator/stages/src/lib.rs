//! The seven words at work, in the order of the flow. Stages never import one another: what one has to tell the next
//! stands in the store.

pub mod chain;
pub mod clearing;
pub mod container;
pub mod meter;
pub mod proof;
pub mod scale;
pub mod settlement;
