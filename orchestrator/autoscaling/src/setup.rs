//! What an autoscaler is simulated against: the start delay, the capacity of a replica, the patience of requests, the bounds.

use super::Bounds;

/// The relative tolerance of comparisons between demand and capacity, for floating point error.
pub(crate) const SLACK: f64 = 1e-9;

/// The environment in which an autoscaler is simulated.
#[derive(Debug, Clone, PartialEq)]
pub struct Setup {
    /// Seconds of a step; above 0.
    pub step: f64,
    /// Seconds from a decision until its replicas serve.
    pub delay: f64,
    /// The spread of the start delay, evenly to both sides, as a share of it: 0.2 makes 60 s anything from 48 s to 72
    /// s.
    pub jitter: f64,
    /// Requests per second that one replica serves; above 0.
    pub capacity: f64,
    /// Requests that wait longer, in seconds, are late.
    pub patience: f64,
    /// How long one request occupies a replica's slot; None where requests are a fluid.
    pub service: Option<ServiceTime>,
    pub bounds: Bounds,
    /// What one replica costs an hour.
    pub price: f64,
    /// Seconds at which the first step begins.
    pub start: f64,
    /// The seed of the jitter.
    pub seed: u64,
}

/// Service times of requests that arrive at random: they may wait although capacity suffices, because they come in
/// clumps. A replica that serves `capacity` requests of `seconds` each has capacity × seconds slots; how long requests
/// wait follows from Erlang's C formula and the approximation of Allen and Cunneen for service times of another
/// variation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ServiceTime {
    /// The mean service time, in seconds.
    pub seconds: f64,
    /// Its standard deviation over its mean: 1 for exponential times, 0 for constant ones.
    pub variation: f64,
}

/// Replicas that this demand needs, at full utilization.
pub fn need(demand: f64, capacity: f64) -> u32 {
    let exact = demand / capacity;
    // A whole number stays itself despite rounding. A float beyond the type's range saturates.
    (exact * (1.0 - SLACK)).ceil().max(0.0) as u32
}

/// Steps from a decision to the first step that its replicas serve from its beginning.
pub fn lead(delay: f64, step: f64) -> usize {
    (delay / step - SLACK).ceil().max(0.0) as usize
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// 15-second steps, a minute to start, no jitter, open bounds.
    pub(crate) fn setup(capacity: f64) -> Setup {
        Setup {
            step: 15.0,
            delay: 60.0,
            jitter: 0.0,
            capacity,
            patience: 1.0,
            service: None,
            bounds: Bounds::open(0, 1000),
            price: 1.0,
            start: 0.0,
            seed: 0,
        }
    }

    #[test]
    fn a_whole_number_of_replicas_needs_no_more() {
        assert_eq!(need(10.0, 10.0), 1);
        assert_eq!(need(4823.0, 4823.0 / 40.0), 40);
        assert_eq!(need(10.001, 10.0), 2);
        assert_eq!(need(0.0, 10.0), 0);
        assert_eq!(need(1e300, 1e-300), u32::MAX);
    }
}
