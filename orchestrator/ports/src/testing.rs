//! Fakes of the ports, in memory, for tests of the stages.
//!
//! A fake keeps the contract that its trait documents and changes only when a test says so: blocks are mined by hand,
//! containers exit by hand, the clock follows tokio's paused time. Each fake can fail: `FakeChain::fail` and
//! `FakeEngine::fail` inject a failure at a call named as the trait's method.

mod cgroup;
mod chain;
mod clock;
mod engine;
mod market;
mod upstreams;

pub use cgroup::{FakeCgroups, FakeKernel};
pub use chain::{FakeChain, FakeTransaction};
pub use clock::{FakeClock, PausedTime};
pub use engine::{EngineFault, FakeEngine};
pub use upstreams::FakeUpstreams;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// A test that panicked has failed already; what it left locked stays readable.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
