//! The seven stages, in the order of the flow:
//!
//! > chain → clearing → container → meter → proof → scale → settlement
//!
//! Each stage is a reconciler: a run takes no input, reads the current state, does what is missing and returns what it
//! counted. A run never retries inside; the driver runs the stage again after its period, after a wakeup, or after a
//! backoff when the run failed. Stages do not import one another: a stage reads the rows that the others wrote, and a
//! `driver::Wakeup` only tells it to do so sooner.
//!
//! A process may die at any line of any stage. Whatever a stage must not lose is written in one database transaction before
//! it acts; everything else it observes again from the chain, the engine and the database. The module doc of each stage
//! says which rows it owns and why an interruption at any point is safe.

pub mod chain;
pub mod clearing;
pub mod container;
pub mod meter;
pub mod proof;
pub mod scale;
pub mod settlement;
