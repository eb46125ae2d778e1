//! The system's clock: the port `ports::clock`.

use std::time::{SystemTime, UNIX_EPOCH};

use ports::clock::Clock;

pub struct SystemClock;

impl Clock for SystemClock {
    fn now_ms(&self) -> u64 {
        SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis() as u64
    }
}
