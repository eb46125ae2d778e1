//! Replicas for the upper end of the forecast: level, trend and seasons, with a confidence band around them.

use super::{Autoscaler, Decision, Observation, forecast::Forecast, setup::need};

/// Spreads above the mean: of normally distributed errors, one in 740 is larger.
const ROOM: f64 = 3.0;
/// Demand beyond this many replicas is clamped.
const MOST: f64 = 1e9;

/// See [`predictive`].
#[derive(Debug, Clone, Default)]
pub struct Predictive {
    forecast: Forecast,
    /// The time of the last decision.
    before: Option<f64>,
}

/// As many replicas as three spreads above the forecast need, in every step until the next decision could serve.
pub fn predictive() -> Predictive {
    Predictive::default()
}

impl Autoscaler for Predictive {
    fn decide(&mut self, seen: &Observation) -> Decision {
        let stay = |reason: &str| Decision { replicas: seen.present(), reason: reason.to_owned() };
        if !seen.time.is_finite() {
            return stay("the time is not known");
        }
        let before = self.before.replace(seen.time);
        let Some(demand) = seen.demand() else { return stay("nothing is known of the demand") };
        let Some(step) = before.map_or(Some(15.0), |before| (seen.time > before).then_some(seen.time - before)) else {
            return stay("time has not gone on");
        };
        let delay = if seen.delay.is_finite() { seen.delay.max(0.0) } else { 0.0 };
        let reach = ((delay + f64::from(seen.bounds.cooldown)) / step - 1e-9).ceil().clamp(0.0, 1000.0) as usize;
        self.forecast.see(seen.time - step, step, demand.min(MOST), reach);
        let ahead = self.forecast.ahead(reach + 1);
        let upper = |(mean, spread): &(f64, f64)| mean + ROOM * spread;
        let Some(highest) = ahead.iter().max_by(|one, other| upper(one).total_cmp(&upper(other))) else {
            return stay("nothing is foretold");
        };
        let bounds = &seen.bounds;
        let replicas = need(upper(highest), 1.0).clamp(bounds.min, bounds.max.max(bounds.min));
        let (mean, spread) = highest;
        let reason = format!(
            "demand is worth {demand:.1} replicas and within {delay:.0} s may reach {:.1}: {mean:.1} + {ROOM} × {spread:.1}",
            upper(highest)
        );
        Decision { replicas, reason }
    }
}
