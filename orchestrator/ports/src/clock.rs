//! The machine's clock. Money is never counted by it: that uses the time of blocks.

pub trait Clock: Send + Sync + 'static {
    /// Unix milliseconds.
    fn now_ms(&self) -> u64;
}
