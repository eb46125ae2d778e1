//! Waiting times of requests: exact for a fluid that is served first come, first served.
//!
//! Arrivals and service are constant within a step, so the wait of successive requests is piecewise linear; it is kept
//! as slopes instead of samples.

use std::collections::VecDeque;

use super::{
    plant::{Plant, Served},
    setup::{ServiceTime, Setup},
};

/// The share that waits longer than the reported percentile.
const TAIL: f64 = 0.01;

/// Collects the waits of a trace, one step after another.
#[derive(Debug, Clone)]
pub struct Waits {
    step: f64,
    capacity: f64,
    patience: f64,
    service: Option<ServiceTime>,
    now: f64,
    /// What ready replicas served per second in the last step.
    rate: f64,
    /// Requests that wait, oldest first.
    queue: VecDeque<Arrived>,
    slopes: Vec<Slope>,
    /// Requests that found capacity at once, and how long they may still have waited by chance.
    free: Vec<(f64, Chance)>,
}

/// Requests that arrived evenly between two moments.
#[derive(Debug, Clone, Copy)]
struct Arrived {
    requests: f64,
    from: f64,
    to: f64,
}

/// Requests that waited from the one to the other time, evenly in between.
#[derive(Debug, Clone, Copy)]
struct Slope {
    requests: f64,
    first: f64,
    last: f64,
}

/// A share of the requests waits, each for an exponential time of this mean.
#[derive(Debug, Clone, Copy, Default)]
struct Chance {
    share: f64,
    mean: f64,
}

impl Waits {
    pub fn new(setup: &Setup) -> Self {
        Self {
            step: setup.step,
            capacity: setup.capacity,
            patience: setup.patience,
            service: setup.service,
            now: 0.0,
            rate: 0.0,
            queue: VecDeque::new(),
            slopes: Vec::new(),
            free: Vec::new(),
        }
    }

    /// One step in which this many requests arrive evenly, and this many could be served.
    pub fn step(&mut self, arrivals: f64, able: f64) {
        let (start, end) = (self.now, self.now + self.step);
        self.rate = able / self.step;
        let mut clock = self.drain(start, end);
        let inflow = arrivals / self.step;
        if self.queue.is_empty() && arrivals > 0.0 {
            // What arrived while older requests were served has queued up; the queue is empty when service has caught
            // up.
            let caught_up =
                if self.rate > inflow { clock + inflow * (clock - start) / (self.rate - inflow) } else { end };
            let until = if arrivals <= able && clock <= start { start } else { caught_up.min(end) };
            if until > clock {
                let requests = (self.rate * (until - clock)).min(arrivals);
                let newest = start + requests / inflow;
                self.slopes.push(Slope { requests, first: clock - start, last: until - newest });
                clock = newest;
            } else {
                clock = start;
            }
            let rest = (arrivals - inflow * (clock - start)).max(0.0);
            if until < end {
                let chance = self.service.map_or_else(Chance::default, |service| service.chance(able, arrivals, self));
                self.free.push((rest, chance));
            } else if rest > 0.0 {
                self.queue.push_back(Arrived { requests: rest, from: clock, to: end });
            }
        } else if arrivals > 0.0 {
            self.queue.push_back(Arrived { requests: arrivals, from: start, to: end });
        }
        self.now = end;
    }

    /// The share of requests that waited too long, and the 99th percentile of all waits in seconds. What still waits is
    /// served on as in the last step, or by one replica when nothing was ready.
    pub fn close(mut self) -> (f64, f64) {
        self.rate = if self.rate > 0.0 { self.rate } else { self.capacity };
        self.drain(self.now, f64::INFINITY);
        let free: f64 = self.free.iter().map(|(requests, _)| requests).sum();
        let all = free + self.slopes.iter().map(|slope| slope.requests).sum::<f64>();
        if all <= 0.0 {
            return (0.0, 0.0);
        }
        let late = self.longer_than(self.patience) / all;
        if self.longer_than(0.0) <= TAIL * all {
            return (late, 0.0);
        }
        let (mut low, mut high) = (0.0, 1.0);
        while self.longer_than(high) > TAIL * all {
            (low, high) = (high, high * 2.0);
        }
        while high - low > 1e-6 * high {
            let middle = (low + high) / 2.0;
            if self.longer_than(middle) > TAIL * all { low = middle } else { high = middle }
        }
        (late, high)
    }

    /// Serves the queue until it is empty or the time is up; returns when that was.
    fn drain(&mut self, start: f64, end: f64) -> f64 {
        let mut clock = start;
        while let Some(head) = self.queue.front_mut().filter(|_| clock < end && self.rate > 0.0) {
            let done = head.requests.min(self.rate * (end - clock));
            let part = done / head.requests;
            let newest = head.from + (head.to - head.from) * part;
            let then = clock + done / self.rate;
            self.slopes.push(Slope { requests: done, first: clock - head.from, last: then - newest });
            clock = then;
            head.requests -= done;
            head.from = newest;
            // A rest of a chunk within floating point error is none.
            if part >= 1.0 - 1e-12 {
                self.queue.pop_front();
            }
        }
        clock
    }

    /// Requests that waited longer than this.
    fn longer_than(&self, seconds: f64) -> f64 {
        let by_chance = self.free.iter().map(|(requests, chance)| requests * chance.longer_than(seconds));
        by_chance.sum::<f64>() + self.slopes.iter().map(|slope| slope.longer_than(seconds)).sum::<f64>()
    }
}

impl Slope {
    fn longer_than(&self, seconds: f64) -> f64 {
        let (low, high) = (self.first.min(self.last), self.first.max(self.last));
        if high <= seconds {
            0.0
        } else if low > seconds {
            self.requests
        } else {
            self.requests * (high - seconds) / (high - low)
        }
    }
}

impl Chance {
    fn longer_than(&self, seconds: f64) -> f64 {
        if self.share > 0.0 { self.share * (-seconds / self.mean).exp() } else { 0.0 }
    }
}

impl ServiceTime {
    /// The 99th percentile of the response time after a step: behind the queue, by chance, and in service.
    pub fn latency(&self, plant: &Plant, last: Option<&Served>, setup: &Setup) -> f64 {
        let rate = f64::from(plant.ready) * setup.capacity;
        if rate <= 0.0 {
            return if plant.waiting > 0.0 { f64::INFINITY } else { self.seconds };
        }
        let chance = last.map_or_else(Chance::default, |last| {
            self.spread(f64::from(plant.ready) * setup.capacity * self.seconds, last.arrivals / rate)
        });
        let by_chance = if chance.share > TAIL { chance.mean * (chance.share / TAIL).ln() } else { 0.0 };
        plant.waiting / rate + by_chance + self.seconds
    }

    fn chance(&self, able: f64, arrivals: f64, waits: &Waits) -> Chance {
        self.spread(able / waits.step * self.seconds, arrivals / able)
    }

    /// The share that waits, and for how long, at this many slots with this load.
    fn spread(&self, slots: f64, load: f64) -> Chance {
        let slots = slots.round().max(1.0);
        if load >= 1.0 {
            return Chance { share: 1.0, mean: self.seconds };
        }
        // Erlang's B by its recursion, then Erlang's C.
        let offered = slots * load;
        let mut blocked = 1.0;
        for slot in 1..=slots as u64 {
            blocked = offered * blocked / (slot as f64 + offered * blocked);
        }
        let share = blocked / (1.0 - load * (1.0 - blocked));
        let clumps = (1.0 + self.variation * self.variation) / 2.0;
        Chance { share, mean: self.seconds * clumps / (slots * (1.0 - load)) }
    }
}
