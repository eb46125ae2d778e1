//! `spec.behavior` of an autoscaler: the stabilization windows and the scaling policies that limit its steps.

/// The longest stabilization window and the longest period of a policy that Kubernetes accepts, in seconds.
const LONGEST: f64 = 3_600.0;

/// The rules of both directions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Behavior {
    pub up: ScalingRules,
    pub down: ScalingRules,
}

/// The rules of one direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScalingRules {
    /// Seconds of past recommendations of which the most cautious counts.
    pub window: u32,
    pub select: Select,
    pub policies: Vec<Pace>,
}

/// Which policy counts when there are several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Select {
    /// The one that allows the largest change.
    Max,
    /// The one that allows the smallest change.
    Min,
    /// None: the count does not change in this direction.
    Disabled,
}

/// The largest change within a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    pub most: Most,
    /// In seconds.
    pub period: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Most {
    Pods(u32),
    /// Of the count at the period's start.
    Percent(u32),
}

/// The history: recommendations, and the counts that followed.
#[derive(Debug, Clone, Default)]
pub struct History {
    now: f64,
    /// The count at the last call, by which a step is noticed.
    count: Option<u32>,
    /// Counts requested by the metric alone, with their time.
    recommendations: Vec<(f64, u32)>,
    /// Replicas added (or, below zero, removed) with the time of the step.
    steps: Vec<(f64, i64)>,
}

impl Default for Behavior {
    /// Up at once, by four or by all there is every fifteen seconds; down to the highest recommendation of five
    /// minutes.
    fn default() -> Self {
        let all = Pace { most: Most::Percent(100), period: 15 };
        let four = Pace { most: Most::Pods(4), period: 15 };
        Self {
            up: ScalingRules { window: 0, select: Select::Max, policies: vec![all, four] },
            down: ScalingRules { window: 300, select: Select::Max, policies: vec![all] },
        }
    }
}

impl ScalingRules {
    /// Among the counts that the policies lead to, the one farthest from or nearest to the present.
    fn limit(&self, current: u32, counts: impl Iterator<Item = u32>) -> u32 {
        let by_distance = |count: &u32| count.abs_diff(current);
        let limit = match self.select {
            Select::Max => counts.max_by_key(by_distance),
            Select::Min => counts.min_by_key(by_distance),
            Select::Disabled => None,
        };
        limit.unwrap_or(current)
    }
}

impl Behavior {
    /// The recommendation within the recent recommendations: no higher than the lowest of the window for growing, no
    /// lower than the highest of the window for shrinking.
    pub fn stabilize(&self, history: &mut History, current: u32, desired: u32) -> u32 {
        if history.recommendations.is_empty() {
            // What ran before the first call counts as recommended.
            history.recommendations.push((history.now, current));
        }
        let within = |window: u32| {
            let since = history.now - f64::from(window);
            history.recommendations.iter().filter(move |(time, _)| *time > since).map(|(_, count)| *count)
        };
        let ceiling = within(self.up.window).min().unwrap_or(desired).min(desired);
        let floor = within(self.down.window).max().unwrap_or(desired).max(desired);
        history.recommendations.push((history.now, desired));
        current.max(ceiling).min(floor)
    }

    /// As much of the way to a count as the policies allow now.
    pub fn limit(&self, history: &History, current: u32, wish: u32) -> u32 {
        if wish > current {
            let reach = self.up.policies.iter().map(|pace| {
                let start = history.start(current, pace.period);
                let reach = match pace.most {
                    Most::Pods(pods) => start + f64::from(pods),
                    Most::Percent(percent) => (start * (1.0 + f64::from(percent) / 100.0)).ceil(),
                };
                (reach as u32).max(current)
            });
            wish.min(self.up.limit(current, reach))
        } else {
            let reach = self.down.policies.iter().map(|pace| {
                let start = history.start(current, pace.period);
                let reach = match pace.most {
                    Most::Pods(pods) => start - f64::from(pods),
                    Most::Percent(percent) => (start * (1.0 - f64::from(percent) / 100.0)).floor(),
                };
                (reach as u32).min(current)
            });
            wish.max(self.down.limit(current, reach))
        }
    }
}

impl History {
    /// Records the time and the count, and returns the time. A time that is no number is taken as the last one; what
    /// was recorded of a future, after time went back, is dropped.
    pub fn see(&mut self, time: f64, count: u32) -> f64 {
        let before = self.now;
        if time.is_finite() {
            self.now = time;
        }
        if let Some(last) = self.count.replace(count) {
            let change = i64::from(count) - i64::from(last);
            if change != 0 {
                // The step was taken after the last call, so then is when it counts from.
                self.steps.push((before, change));
            }
        }
        let kept = self.now - LONGEST..=self.now;
        self.recommendations.retain(|(time, _)| kept.contains(time));
        self.steps.retain(|(time, _)| kept.contains(time));
        self.now
    }

    /// The count as it was this many seconds ago.
    fn start(&self, current: u32, period: u32) -> f64 {
        let since = self.now - f64::from(period);
        let changed: i64 = self.steps.iter().filter(|(time, _)| *time > since).map(|(_, change)| change).sum();
        (i64::from(current) - changed) as f64
    }
}
