//! The clock. Not the chain's: what concerns money is counted in the time of blocks.

pub trait Clock: Send + Sync + 'static {
    /// Unix milliseconds.
    fn now_ms(&self) -> u64;
}
