//! Two thresholds with hysteresis, as a small state machine.
//!
//! The load is the demand over the replicas that are ready or starting, so that starting ones are not requested again.
//! Above the upper threshold for `CONFIRM_UP` the count grows to where the load is at the target; below the lower one
//! for `CONFIRM_DOWN` it shrinks to what the highest demand of that time needs. After every step of either side,
//! the machine waits for the cooldown. Between the thresholds the count does not change. `TABLE` has every
//! transition.

#[cfg(test)]
mod tests;

use std::{
    collections::VecDeque,
    fmt::{self, Display},
};

use super::{Autoscaler, Decision, Observation};

/// How long the load must stay above the upper threshold, in start delays: a quarter of a minute where a start takes one.
pub const CONFIRM_UP: f64 = 0.25;
/// How long the load must stay below the lower threshold, in start delays: five minutes where a start takes one.
pub const CONFIRM_DOWN: f64 = 5.0;
/// Percentage points that a threshold keeps from the target, where the bounds put it nearer.
const MARGIN: u32 = 10;

/// The machine's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// Nothing is to be done.
    Steady,
    /// The load is above the upper threshold, not yet for long.
    Pressed,
    /// The load is below the lower threshold, not yet for long.
    Slack,
    /// The count has changed recently.
    Cooling,
}

/// The events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Event {
    /// The load is above the upper threshold.
    Above,
    /// The load is between the thresholds.
    Within,
    /// The load is below the lower threshold.
    Below,
    /// The load is not known.
    Blind,
    /// The load was above, or below, for as long as required.
    Confirmed,
    /// The count changed: by a step of this machine or from elsewhere.
    Moved,
    /// The cooldown is over.
    Rested,
}

/// The action of a transition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    Hold,
    Grow,
    Shrink,
}

/// One transition: in this state, on this event, to that state, with this action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TransitionRow {
    pub state: State,
    pub event: Event,
    pub next: State,
    pub action: Action,
}

const fn row(state: State, event: Event, next: State, action: Action) -> TransitionRow {
    TransitionRow { state, event, next, action }
}

/// Every transition. An event for which a state has no row cannot happen there.
pub const TABLE: [TransitionRow; 23] = {
    use Action::*;
    use Event::*;
    use State::*;
    [
        row(Steady, Above, Pressed, Hold),
        row(Steady, Within, Steady, Hold),
        row(Steady, Below, Slack, Hold),
        row(Steady, Blind, Steady, Hold),
        row(Steady, Moved, Cooling, Hold),
        row(Pressed, Above, Pressed, Hold),
        row(Pressed, Within, Steady, Hold),
        row(Pressed, Below, Slack, Hold),
        row(Pressed, Blind, Steady, Hold),
        row(Pressed, Confirmed, Pressed, Grow),
        row(Pressed, Moved, Cooling, Hold),
        row(Slack, Above, Pressed, Hold),
        row(Slack, Within, Steady, Hold),
        row(Slack, Below, Slack, Hold),
        row(Slack, Blind, Steady, Hold),
        row(Slack, Confirmed, Slack, Shrink),
        row(Slack, Moved, Cooling, Hold),
        row(Cooling, Above, Cooling, Hold),
        row(Cooling, Within, Cooling, Hold),
        row(Cooling, Below, Cooling, Hold),
        row(Cooling, Blind, Cooling, Hold),
        row(Cooling, Moved, Cooling, Hold),
        row(Cooling, Rested, Steady, Hold),
    ]
};

/// The table as the documentation prints it, in Markdown.
pub fn table() -> String {
    let rows = TABLE.iter().map(|row| {
        format!("| `{:?}` | `{:?}` | {} | `{:?}` | {:?} |", row.state, row.event, row.event, row.next, row.action)
    });
    let head = "| state | event | which means | next state | action |\n|---|---|---|---|---|".to_owned();
    std::iter::once(head).chain(rows).collect::<Vec<_>>().join("\n")
}

/// The machine with its clock.
#[derive(Debug, Clone)]
pub struct Threshold {
    state: State,
    /// When the state was entered.
    since: f64,
    now: f64,
    /// The count at the last call, by which a step is noticed.
    count: Option<u32>,
    /// Demand of the last [`CONFIRM_DOWN`], with its times.
    lately: VecDeque<(f64, f64)>,
}

/// The machine in [`State::Steady`]; its thresholds come with the bounds of each observation.
pub fn threshold() -> Threshold {
    Threshold {
        state: State::Steady,
        since: f64::NEG_INFINITY,
        now: f64::NEG_INFINITY,
        count: None,
        lately: VecDeque::new(),
    }
}

impl Threshold {
    pub fn state(&self) -> State {
        self.state
    }

    /// Takes the row for an event and returns its action.
    fn on(&mut self, event: Event, told: &mut impl FnMut(State, Event, State)) -> Action {
        let found = TABLE.iter().find(|row| row.state == self.state && row.event == event);
        let row = found.copied().unwrap_or(row(self.state, event, self.state, Action::Hold));
        told(row.state, event, row.next);
        if row.next != self.state || event == Event::Moved {
            self.since = self.now;
        }
        self.state = row.next;
        row.action
    }

    /// The events of one observation, each judged in the state that the one before led to.
    fn take(&mut self, seen: &Observation, reading: Event, told: &mut impl FnMut(State, Event, State)) -> Action {
        if seen.time.is_finite() {
            self.now = seen.time;
            self.since = self.since.min(self.now);
        }
        if self.count.replace(seen.present()).is_some_and(|count| count != seen.present()) {
            self.on(Event::Moved, told);
        }
        if self.state == State::Cooling && self.now - self.since >= f64::from(seen.bounds.cooldown) {
            self.on(Event::Rested, told);
        }
        let action = self.on(reading, told);
        let confirm = match self.state {
            State::Pressed => CONFIRM_UP,
            State::Slack => CONFIRM_DOWN,
            State::Steady | State::Cooling => return action,
        };
        if self.now - self.since >= confirm * delay(seen) { self.on(Event::Confirmed, told) } else { action }
    }

    /// The highest demand of the last [`CONFIRM_DOWN`].
    fn highest(&mut self, seen: &Observation, demand: f64) -> f64 {
        let window = CONFIRM_DOWN * delay(seen);
        self.lately.push_back((self.now, demand));
        self.lately.retain(|(at, _)| (0.0..=window).contains(&(self.now - at)));
        self.lately.iter().fold(demand, |highest, (_, demand)| highest.max(*demand))
    }

    /// Decides, and reports every transition that is taken.
    fn decide_telling(&mut self, seen: &Observation, told: &mut impl FnMut(State, Event, State)) -> Decision {
        let present = seen.present();
        let target = seen.bounds.target.clamp(1, 100);
        let up = seen.bounds.up.max(target + MARGIN).min(99);
        let down = seen.bounds.down.min(target.saturating_sub(MARGIN));
        let load = load(seen);
        let reading = match load {
            None => Event::Blind,
            Some(load) if load > f64::from(up) => Event::Above,
            Some(load) if load < f64::from(down) => Event::Below,
            Some(_) => Event::Within,
        };
        let action = self.take(seen, reading, told);
        let demand = seen.demand().unwrap_or(0.0);
        let highest = self.highest(seen, demand);
        // A float beyond the type's range saturates.
        let needs = |demand: f64| (demand * 100.0 / f64::from(target)).ceil() as u32;
        let replicas = match action {
            Action::Hold => present,
            Action::Grow => needs(demand).max(present.saturating_add(1)),
            Action::Shrink => needs(highest).min(present),
        };
        let load = load.map_or_else(|| "unknown".to_owned(), |load| format!("{load:.0} %"));
        let reason = format!("load {load}, thresholds {down} % and {up} %: {}, {action}", self.state);
        Decision { replicas: replicas.clamp(seen.bounds.min, seen.bounds.max.max(seen.bounds.min)), reason }
    }
}

impl Autoscaler for Threshold {
    fn decide(&mut self, seen: &Observation) -> Decision {
        self.decide_telling(seen, &mut |_, _, _| {})
    }
}

/// The start delay in seconds; none where it is invalid.
fn delay(seen: &Observation) -> f64 {
    if seen.delay.is_finite() { seen.delay.max(0.0) } else { 0.0 }
}

/// The demand in percent of what present replicas serve. Without any replica, any demand is infinite load.
fn load(seen: &Observation) -> Option<f64> {
    let demand = seen.demand();
    match seen.present() {
        0 if seen.waiting > 0.0 || demand.is_some_and(|demand| demand > 0.0) => Some(f64::INFINITY),
        0 => demand.map(|_| 0.0),
        present => Some(demand? * 100.0 / f64::from(present)),
    }
}

impl Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            State::Steady => "steady",
            State::Pressed => "pressed",
            State::Slack => "slack",
            State::Cooling => "cooling",
        })
    }
}

impl Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Event::Above => "the load is above the upper threshold",
            Event::Within => "the load is between the thresholds",
            Event::Below => "the load is below the lower threshold",
            Event::Blind => "the load is not known",
            Event::Confirmed => "it has been so for the confirmation period",
            Event::Moved => "the count moved",
            Event::Rested => "the cooldown is over",
        })
    }
}

impl Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Action::Hold => "hold",
            Action::Grow => "grow",
            Action::Shrink => "shrink",
        })
    }
}
