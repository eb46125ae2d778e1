//! What the market would grant of an autoscaler's wish. The rules and the integer arithmetic are those of the
//! contract's `Elasticity`, so that what is granted here is not refused there: `solidity/test/vectors/elasticity.json`
//! holds both to the same cases.

use super::Bounds;

#[cfg(test)]
mod tests;

/// 100 %, in basis points.
const FULL: u32 = 10_000;

/// The granted part of a wish, and what limits the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Granted {
    pub replicas: u32,
    /// None when all was granted.
    pub bound: Option<String>,
}

/// Who requests a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The tenant: any count within its bounds and money.
    Tenant,
    /// The provider, by a statement of this utilization in basis points: only what proven demand justifies, and from zero
    /// what the tenant grants beforehand, the headroom.
    Proof(u32),
}

/// As much of a wish as is granted now, with `present` replicas and the last step `since_step` seconds ago.
pub fn grant(bounds: &Bounds, present: u32, wish: u32, since_step: f64, by: By) -> Granted {
    let mut granted = Granted { replicas: wish, bound: None };
    granted.at_least(bounds.min, || format!("the lease keeps at least {}", bounds.min));
    granted.at_most(bounds.max.max(bounds.min), || format!("the lease allows at most {}", bounds.max));
    if granted.replicas > present {
        let covered = bounds.affordable.max(present);
        granted.at_most(covered, || format!("the lease's money covers {} and the notice period", bounds.affordable));
        let reach = present.saturating_add(bounds.step);
        granted.at_most(reach, || format!("a step adds at most {}", bounds.step));
    } else {
        let reach = present.saturating_sub(bounds.step);
        granted.at_least(reach, || format!("a step takes at most {}", bounds.step));
    }
    if let By::Proof(utilization) = by {
        granted.hold_to_demand(bounds, present, utilization.min(FULL));
    }
    if granted.replicas != present && since_step < f64::from(bounds.cooldown) {
        let bound = format!("the last step was {since_step:.0} s ago and the cooldown is {} s", bounds.cooldown);
        return Granted { replicas: present, bound: Some(bound) };
    }
    granted
}

/// ⌈replicas × utilization / target⌉: the count whose utilization is the target or just below it.
pub fn wanted(replicas: u32, utilization: u32, target: u32) -> u32 {
    let work = u64::from(replicas) * u64::from(utilization.min(FULL));
    u32::try_from(work.div_ceil(u64::from(target.max(1)) * 100)).unwrap_or(u32::MAX)
}

impl Granted {
    fn at_least(&mut self, count: u32, why: impl FnOnce() -> String) {
        if self.replicas < count {
            *self = Self { replicas: count, bound: Some(why()) };
        }
    }

    fn at_most(&mut self, count: u32, why: impl FnOnce() -> String) {
        if self.replicas > count {
            *self = Self { replicas: count, bound: Some(why()) };
        }
    }

    fn hold_to_demand(&mut self, bounds: &Bounds, present: u32, utilization: u32) {
        let shown = f64::from(utilization) / 100.0;
        let limit = wanted(present, utilization, bounds.target);
        if present == 0 {
            let why = || format!("from zero the headroom lets a provider wake at most {}", bounds.headroom);
            self.at_most(bounds.headroom, why);
        } else if self.replicas > present {
            let up = bounds.up.saturating_mul(100);
            if utilization <= up {
                let why = || format!("the proven utilization of {shown} % is not above {} %", bounds.up);
                return self.at_most(present, why);
            }
            let limit = limit.saturating_add(bounds.headroom).max(present);
            let why =
                || format!("the proven utilization of {shown} % justifies {limit} at a target of {} %", bounds.target);
            self.at_most(limit, why);
        } else if self.replicas < present {
            let down = bounds.down.saturating_mul(100);
            if utilization >= down {
                let why = || format!("the proven utilization of {shown} % is not below {} %", bounds.down);
                return self.at_least(present, why);
            }
            // The last replica is never quite idle; it may be removed where it can be started again.
            let wakes = present == 1 && bounds.headroom > 0;
            let limit = if wakes { 0 } else { limit.min(present) };
            let why =
                || format!("the proven utilization of {shown} % needs {limit} at a target of {} %", bounds.target);
            self.at_least(limit, why);
        }
    }
}
