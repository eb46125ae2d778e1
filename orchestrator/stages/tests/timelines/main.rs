//! Timelines of the stages on fakes: one scenario a test, with exact outcomes in exact seconds. No Docker, no node.
//!
//! [`world::World`] explains what happens in a second. Read a stage's file here to learn what the stage does; its module
//! documentation says why.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

mod clearing;
mod container;
mod proof;
mod scale;
mod settlement;
mod world;
