use super::*;
use crate::generate::{Kind, Recipe, generate};

const STEP: f64 = 15.0;

/// The forecast `steps` ahead after all but the last of these values.
fn after(values: &[f64], steps: usize) -> Vec<(f64, f64)> {
    let mut forecast = Forecast::default();
    for (step, value) in values.iter().enumerate() {
        forecast.see(step as f64 * STEP, STEP, *value, steps);
    }
    forecast.ahead(steps)
}

#[test]
fn a_value_that_is_read_every_minute_stands_for_four_steps() {
    let mut cadence = Cadence::default();
    let readings: Vec<bool> = (0..32).map(|step| cadence.see(f64::from(step / 4))).collect();
    assert_eq!(cadence.grain(), 4);
    assert!(readings[16..].iter().zip(16..).all(|(new, step)| *new == (step % 4 == 0)), "{readings:?}");
    // The newest has been seen in all of its four steps: the next belongs to another.
    assert_eq!([1, 4, 5, 9].map(|ahead| cadence.readings(ahead)), [1, 1, 2, 3]);
    cadence.see(8.0);
    assert_eq!([1, 3, 4, 8].map(|ahead| cadence.readings(ahead)), [0, 0, 1, 2]);
    // Twice the same value is two readings of it.
    for step in 0..4 {
        assert!(!cadence.see(8.0) || step == 3);
    }
    assert_eq!(cadence.readings(1), 0);
}

#[test]
fn a_value_that_changes_at_any_time_may_change_in_the_next_step() {
    let mut cadence = Cadence::default();
    for (value, times) in [(1.0, 5), (2.0, 7), (3.0, 4), (4.0, 6), (5.0, 5)] {
        for _ in 0..times {
            cadence.see(value);
        }
    }
    assert_eq!(cadence.grain(), 4);
    assert_eq!(cadence.readings(1), 1, "it has stood longer than some did");
}

#[test]
fn a_level_is_foretold_with_the_spread_of_its_noise() {
    let values: Vec<f64> =
        (0..2000_u32).map(|step| 10.0 + f64::from(step.wrapping_mul(2_654_435_761) >> 16) / 65_536.0).collect();
    let (mean, spread) = after(&values, 5)[4];
    // Uniform on a width of 1: a deviation of 0.29; what falls short counts half.
    assert!((mean - 10.5).abs() < 0.15, "{mean}");
    assert!((0.2..0.35).contains(&spread), "{spread}");
}

#[test]
fn a_trend_is_followed() {
    let values: Vec<f64> = (0..400).map(|step| 10.0 + 0.1 * f64::from(step)).collect();
    let (mean, _) = after(&values, 5)[4];
    let wanted = 10.0 + 0.1 * 404.0;
    assert!((mean - wanted).abs() < 0.25, "{mean} of {wanted}, {} last", values[399]);
}

#[test]
fn a_day_repeats_itself() {
    let recipe = Recipe { kind: Kind::Diurnal, seed: 1, seconds: 3.5 * DAY, step: 3600.0, peak: 100.0, noise: 0.0 };
    let values = generate(&recipe).and_then(|trace| trace.steps(STEP)).expect("a trace");
    // Half past eight of the fourth day; demand then climbs by 15 and more an hour.
    let now = (3 * 24 + 8) * 240 + 120;
    let (mean, _) = *after(&values[..now], 121).last().expect("a reading");
    assert!((mean - values[now + 120]).abs() < 2.0, "{mean} for {}, now {}", values[now + 120], values[now - 1]);
    assert!((values[now + 120] - values[now - 1]).abs() > 10.0, "yesterday is needed to know");
}

#[test]
fn what_happens_every_hour_is_expected() {
    let value = |step: usize| if (step / 4).is_multiple_of(60) { 20.0 } else { 10.0 + (step / 4 % 7) as f64 * 0.01 };
    let values: Vec<f64> = (0..24 * 240).map(value).collect();
    // A minute before the full hour.
    let ahead = after(&values[..24 * 240 - 4], 5);
    let (mean, spread) = *ahead.last().expect("a reading");
    assert!((18.0..21.0).contains(&mean), "{mean} ± {spread}");
}

#[test]
fn nothing_breaks_on_zero_and_on_the_enormous() {
    for values in [vec![0.0; 50], vec![1e9, 0.0, 1e9, 0.0, 1e9], vec![f64::MIN_POSITIVE; 9]] {
        for (mean, spread) in after(&values, 30) {
            assert!(mean.is_finite() && spread.is_finite() && mean >= 0.0 && spread >= 0.0, "{mean} ± {spread}");
        }
    }
}
