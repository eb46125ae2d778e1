//! The autoscalers by name, as users type them.

use super::{
    Autoscaler,
    adaptive::adaptive,
    hpa::{hpa, keda},
    learning::{Method, file::shipped},
    oracle,
    predictive::predictive,
    setup::{Setup, need},
    static_peak::static_peak,
    threshold::threshold,
};

/// An autoscaler's name and description.
#[derive(Debug, Clone, Copy)]
pub struct CatalogEntry {
    pub name: &'static str,
    /// In one line.
    pub about: &'static str,
    make: Constructor,
}

/// How an autoscaler is constructed.
#[derive(Debug, Clone, Copy)]
enum Constructor {
    Alone(fn() -> Box<dyn Autoscaler>),
    /// From what was learned before the release.
    Learned(Method),
    /// From all of the demand, which is known in simulation only.
    Knowing(fn(&Setup, &[f64]) -> Box<dyn Autoscaler>),
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no policy {0:?}; the policies are {all}", all = names().join(", "))]
pub struct UnknownAutoscaler(String);

/// The default of a new lease.
pub const DEFAULT: &str = "default";

static ENTRIES: [CatalogEntry; 11] = [
    CatalogEntry {
        name: DEFAULT,
        about: "tries rules in the shadow, follows the best; what a new lease gets",
        make: Constructor::Alone(|| Box::new(adaptive())),
    },
    CatalogEntry {
        name: "threshold",
        about: "steps up and down at thresholds of utilization, with a cooldown",
        make: Constructor::Alone(|| Box::new(threshold())),
    },
    CatalogEntry {
        name: "hpa-70",
        about: "Kubernetes' autoscaler at 70 % of CPU",
        make: Constructor::Alone(|| Box::new(hpa(70))),
    },
    CatalogEntry {
        name: "hpa-80",
        about: "Kubernetes' autoscaler at 80 % of CPU",
        make: Constructor::Alone(|| Box::new(hpa(80))),
    },
    CatalogEntry {
        name: "keda-85",
        about: "KEDA on requests per second at 85 % of what a replica serves",
        make: Constructor::Alone(|| Box::new(keda(85))),
    },
    CatalogEntry {
        name: "predictive",
        about: "the upper end of a forecast by level, trend and seasons",
        make: Constructor::Alone(|| Box::new(predictive())),
    },
    CatalogEntry {
        name: "q-learning",
        about: "margins over a forecast, from a table learned by Q-learning",
        make: Constructor::Learned(Method::QLearning),
    },
    CatalogEntry {
        name: "sarsa",
        about: "margins over a forecast, from a table learned by Sarsa(λ)",
        make: Constructor::Learned(Method::Sarsa),
    },
    CatalogEntry {
        name: "actor-critic",
        about: "margins over a forecast, chosen by a small network that learned as actor and critic",
        make: Constructor::Learned(Method::ActorCritic),
    },
    CatalogEntry {
        name: "static-peak",
        about: "as many as the peak of the trace needs, always",
        make: Constructor::Knowing(|setup, demand| {
            Box::new(static_peak(need(demand.iter().copied().fold(0.0, f64::max), setup.capacity)))
        }),
    },
    CatalogEntry {
        name: "oracle",
        about: "the cheapest schedule that serves all, known in advance",
        make: Constructor::Knowing(|setup, demand| Box::new(oracle::optimum(setup, demand))),
    },
];

/// The trained autoscaler of this method that is embedded in the program.
fn learned(method: Method, learn: bool) -> Box<dyn Autoscaler> {
    // It is embedded in the program, and a test parses it.
    let shipped = shipped(method).unwrap_or_else(|error| unreachable!("the shipped {method} is damaged: {error}"));
    Box::new(shipped.refining(learn))
}

/// Every name, in the order in which tables list them.
pub fn names() -> Vec<&'static str> {
    ENTRIES.iter().map(|entry| entry.name).collect()
}

/// Finds the autoscaler of this name.
pub fn find(name: &str) -> Result<&'static CatalogEntry, UnknownAutoscaler> {
    ENTRIES.iter().find(|entry| entry.name == name).ok_or_else(|| UnknownAutoscaler(name.to_owned()))
}

impl CatalogEntry {
    /// The autoscaler for a lease, which keeps learning if `learn` and it is one that learns; None for those that would
    /// have to know the future.
    pub fn alone(&self, learn: bool) -> Option<Box<dyn Autoscaler>> {
        match self.make {
            Constructor::Alone(make) => Some(make()),
            Constructor::Learned(method) => Some(learned(method, learn)),
            Constructor::Knowing(_) => None,
        }
    }

    /// The autoscaler for a trace, given the mean demand of each step.
    pub fn on(&self, setup: &Setup, demand: &[f64]) -> Box<dyn Autoscaler> {
        match self.make {
            Constructor::Alone(make) => make(),
            Constructor::Learned(method) => learned(method, false),
            Constructor::Knowing(make) => make(setup, demand),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{setup::tests::setup, simulator};

    #[test]
    fn every_name_is_found_and_others_are_refused_with_all_of_them() {
        let demand = [5.0, 50.0, 20.0, 20.0, 20.0, 20.0];
        for name in names() {
            let entry = find(name).expect(name);
            let outcome = simulator::run(&setup(10.0), &demand, entry.on(&setup(10.0), &demand).as_mut(), |_| {});
            assert_eq!(outcome.ready.len(), demand.len(), "{name}");
            let knows = ["static-peak", "oracle"].contains(&name);
            assert_eq!(entry.alone(true).is_none(), knows, "{name}");
        }
        let said = find("hpa").expect_err("no such policy").to_string();
        assert_eq!(said, format!("there is no policy \"hpa\"; the policies are {}", names().join(", ")));
    }

    #[test]
    fn the_manual_lists_every_policy_and_prints_the_transitions_of_the_threshold_machine() {
        let manual = include_str!("../../../docs/scaling.md");
        assert!(manual.contains(&crate::threshold::table()), "print threshold::table() into docs/scaling.md");
        for name in names() {
            assert!(manual.contains(&format!("`{name}`")), "docs/scaling.md does not say what {name} is");
        }
    }

    #[test]
    fn the_static_peak_never_misses_and_the_oracle_costs_what_it_costs() {
        let demand: Vec<f64> = (0..200).map(|step| 50.0 + 40.0 * f64::from(step % 50)).collect();
        let setup = setup(100.0);
        let peak =
            simulator::run(&setup, &demand, find("static-peak").expect("it").on(&setup, &demand).as_mut(), |_| {});
        assert_eq!(peak.violation_share, 2.0 / 200.0, "only until they have started");
        assert_eq!(peak.ready.last(), Some(&21));
        let best = simulator::run(&setup, &demand, find("oracle").expect("it").on(&setup, &demand).as_mut(), |_| {});
        assert_eq!(best.cost_ratio, Some(1.0));
    }
}
