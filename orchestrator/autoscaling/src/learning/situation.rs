//! The learners' discrete state and action spaces: the situations that they distinguish, and the choices.

use std::fmt::{self, Display};

use serde::{Deserialize, Serialize};

use super::sense::Sensed;

/// A choice: a wish for a demand of this much, plus a margin.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TargetChoice {
    pub over: Over,
    pub margin: Margin,
}

/// What the margin is added to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Over {
    /// The forecast.
    Forecast,
    /// The forecast, but no less than the peak of the last five minutes.
    FiveMinutes,
    /// The forecast, but no less than the peak of the last twenty minutes.
    TwentyMinutes,
}

/// How much is added.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Margin {
    /// This many times the usual error of a forecast.
    Usual(f64),
    /// This many times the largest recent error.
    Worst(f64),
}

/// All choices.
pub const CHOICES: [TargetChoice; 14] = {
    use Margin::*;
    use Over::*;
    const fn choice(over: Over, margin: Margin) -> TargetChoice {
        TargetChoice { over, margin }
    }
    [
        choice(Forecast, Usual(2.0)),
        choice(Forecast, Usual(4.0)),
        choice(Forecast, Usual(7.0)),
        choice(Forecast, Worst(0.5)),
        choice(Forecast, Worst(1.0)),
        choice(FiveMinutes, Usual(2.0)),
        choice(FiveMinutes, Usual(4.0)),
        choice(FiveMinutes, Usual(7.0)),
        choice(FiveMinutes, Usual(11.0)),
        choice(FiveMinutes, Worst(0.5)),
        choice(FiveMinutes, Worst(1.0)),
        choice(FiveMinutes, Worst(1.4)),
        choice(TwentyMinutes, Usual(4.0)),
        choice(TwentyMinutes, Worst(1.0)),
    ]
};

impl TargetChoice {
    /// The replica count of this choice.
    pub fn replicas(self, sensed: &Sensed) -> u32 {
        let base = match self.over {
            Over::Forecast => sensed.forecast,
            Over::FiveMinutes => sensed.forecast.max(sensed.five_minutes),
            Over::TwentyMinutes => sensed.forecast.max(sensed.twenty_minutes),
        };
        let margin = match self.margin {
            Margin::Usual(times) => times * sensed.error,
            Margin::Worst(times) => times * sensed.surprise,
        };
        // A float beyond the type's range saturates; a whole number stays itself despite rounding.
        (base * (1.0 + margin) * (1.0 - 1e-9)).ceil().max(0.0) as u32
    }
}

impl Display for TargetChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.margin {
            Margin::Usual(times) => write!(f, "{times} times the usual error")?,
            Margin::Worst(times) => write!(f, "{times} times the worst error")?,
        }
        f.write_str(match self.over {
            Over::Forecast => " over the forecast",
            Over::FiveMinutes => " over the peak of five minutes",
            Over::TwentyMinutes => " over the peak of twenty minutes",
        })
    }
}

/// A feature and the edges between its bins.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Feature {
    pub name: String,
    pub edges: Vec<f64>,
}

const EDGES: [(&str, &[f64]); 5] = [
    ("expected change, relative to the demand", &[-0.01, 0.01]),
    ("usual error, relative to the forecast", &[0.005, 0.012, 0.035, 0.1]),
    ("worst error of late, relative to the forecast", &[0.05, 0.12, 0.3, 0.8]),
    ("peak of twenty minutes over the forecast", &[1.1, 1.5]),
    ("forecast in replicas", &[8.0]),
];

/// The number of situations.
pub const SITUATIONS: usize = {
    let (mut product, mut feature) = (1, 0);
    while feature < EDGES.len() {
        product *= EDGES[feature].1.len() + 1;
        feature += 1;
    }
    product
};

/// The features that distinguish situations.
pub fn situations() -> Vec<Feature> {
    EDGES.iter().map(|(name, edges)| Feature { name: (*name).to_owned(), edges: edges.to_vec() }).collect()
}

/// The situation's number, below [`SITUATIONS`]: its bins as the digits of a number, the last feature's changing fastest.
pub fn situation(sensed: &Sensed) -> usize {
    let values = [
        sensed.trend,
        sensed.error,
        sensed.surprise,
        sensed.twenty_minutes / sensed.forecast.max(0.5),
        sensed.forecast,
    ];
    let bin = |value: f64, edges: &[f64]| edges.iter().filter(|edge| value >= **edge).count();
    let digits = values.iter().zip(EDGES).map(|(value, (_, edges))| (bin(*value, edges), edges.len() + 1));
    digits.fold(0, |number, (digit, base)| number * base + digit)
}
