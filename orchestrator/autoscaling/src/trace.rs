//! Demand over time. A trace is CSV with the header `t_seconds,demand`: seconds that rise from row to row, and requests per
//! second from there on, held until the next row. The last row lasts as long as the one before it.

use serde::{Deserialize, Serialize};

/// The header of a trace.
pub const HEADER: &str = "t_seconds,demand";
/// More steps than this are refused: two years of 15-second steps are 4.2 million.
const MOST_STEPS: f64 = 20_000_000.0;

/// From this time on, this many requests a second.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TraceRow {
    pub time: f64,
    pub demand: f64,
}

/// At least one row, in rising order of time; every number finite, every demand at least 0.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    rows: Vec<TraceRow>,
}

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TraceError {
    #[error("line 1 is {found:?}; a trace begins with the header {HEADER:?}")]
    Header { found: String },
    #[error("there is nothing below the header; write at least one row such as 0,12.5")]
    Empty,
    #[error("line {line} has {found} columns instead of two; write seconds,demand such as {:?}", "15,12.5")]
    Columns { line: usize, found: usize },
    #[error("line {line}: {column} is {text:?}, which is no finite number; write it such as 12.5, without units")]
    Number { line: usize, column: &'static str, text: String },
    #[error("line {line}: a demand of {demand} is below 0; requests per second are 0 or more")]
    Negative { line: usize, demand: f64 },
    #[error("line {line}: {time} s does not come after {before} s; sort the rows by t_seconds and give each time once")]
    Order { line: usize, time: f64, before: f64 },
    #[error("the trace lasts {seconds} s, which is too many steps of {step} s; choose a larger --step or a part of it")]
    Long { seconds: f64, step: f64 },
    #[error("a step of {0} s is no step; it is a number of seconds above 0")]
    Step(f64),
}

impl Trace {
    /// Parses CSV. Empty lines and a byte order mark are skipped.
    pub fn parse(text: &str) -> Result<Self, TraceError> {
        let mut lines = text.trim_start_matches('\u{feff}').lines().map(str::trim).zip(1..);
        let (found, _) = lines.next().unwrap_or_default();
        let columns: Vec<_> = found.split(',').map(str::trim).collect();
        if columns.join(",") != HEADER {
            return Err(TraceError::Header { found: found.chars().take(80).collect() });
        }
        let mut rows: Vec<TraceRow> = Vec::new();
        for (text, line) in lines.filter(|(text, _)| !text.is_empty()) {
            let row = TraceRow::parse(text, line)?;
            if let Some(last) = rows.last().filter(|last| row.time <= last.time) {
                return Err(TraceError::Order { line, time: row.time, before: last.time });
            }
            rows.push(row);
        }
        if rows.is_empty() { Err(TraceError::Empty) } else { Ok(Self { rows }) }
    }

    /// Validates rows as [`Trace::parse`] does; the line of an error counts from the header.
    pub fn from_rows(rows: Vec<TraceRow>) -> Result<Self, TraceError> {
        let mut before = f64::NEG_INFINITY;
        for (row, line) in rows.iter().zip(2..) {
            row.check(line)?;
            if row.time <= before {
                return Err(TraceError::Order { line, time: row.time, before });
            }
            before = row.time;
        }
        if rows.is_empty() { Err(TraceError::Empty) } else { Ok(Self { rows }) }
    }

    pub fn rows(&self) -> &[TraceRow] {
        &self.rows
    }

    /// When it begins.
    pub fn start(&self) -> f64 {
        self.rows[0].time
    }

    /// How long it lasts, in seconds; None for a single row.
    pub fn seconds(&self) -> Option<f64> {
        let [.., before, last] = self.rows.as_slice() else { return None };
        Some(last.time - self.start() + (last.time - before.time))
    }

    /// The mean demand of each step of `step` seconds, weighted by time, so that no request is lost or added. A peak
    /// shorter than a step is flattened: choose a step no longer than the peaks that matter. A single row is one step.
    pub fn steps(&self, step: f64) -> Result<Vec<f64>, TraceError> {
        if !(step.is_finite() && step > 0.0) {
            return Err(TraceError::Step(step));
        }
        let seconds = self.seconds().unwrap_or(step);
        if seconds / step > MOST_STEPS {
            return Err(TraceError::Long { seconds, step });
        }
        let count = (seconds / step - 1e-9).ceil().max(1.0) as usize;
        let (start, end) = (self.start(), self.start() + seconds);
        let mut row = 0;
        let means = (0..count).map(|index| {
            let from = start + index as f64 * step;
            let to = (from + step).min(end);
            let (mut at, mut requests) = (from, 0.0);
            loop {
                let next = self.rows.get(row + 1).map_or(f64::INFINITY, |next| next.time);
                requests += self.rows[row].demand * (next.min(to) - at).max(0.0);
                if next > to {
                    break;
                }
                at = next.max(from);
                row += 1;
            }
            if to > from { requests / (to - from) } else { self.rows[row].demand }
        });
        Ok(means.collect())
    }

    /// As CSV that [`Trace::parse`] reads. Numbers are written to a thousandth.
    pub fn csv(&self) -> String {
        let thousandth = |value: f64| (value * 1000.0).round() / 1000.0;
        let rows = self.rows.iter().map(|row| format!("{},{}\n", thousandth(row.time), thousandth(row.demand)));
        std::iter::once(format!("{HEADER}\n")).chain(rows).collect()
    }
}

impl TraceRow {
    fn parse(text: &str, line: usize) -> Result<Self, TraceError> {
        let columns: Vec<_> = text.split(',').map(str::trim).collect();
        let [time, demand] = columns.as_slice() else {
            return Err(TraceError::Columns { line, found: columns.len() });
        };
        let number = |column, text: &str| match text.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(value),
            _ => Err(TraceError::Number { line, column, text: text.chars().take(40).collect() }),
        };
        let row = Self { time: number("t_seconds", time)?, demand: number("demand", demand)? };
        row.check(line)?;
        Ok(row)
    }

    fn check(&self, line: usize) -> Result<(), TraceError> {
        for (column, value) in [("t_seconds", self.time), ("demand", self.demand)] {
            if !value.is_finite() {
                return Err(TraceError::Number { line, column, text: value.to_string() });
            }
        }
        if self.demand < 0.0 {
            return Err(TraceError::Negative { line, demand: self.demand });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(rows: &str) -> Result<Trace, TraceError> {
        Trace::parse(&format!("{HEADER}\n{rows}"))
    }

    #[test]
    fn rows_are_read_as_they_stand() {
        let trace = Trace::parse("\u{feff}t_seconds, demand\r\n0, 10\r\n\r\n60,2.5e1\r\n").expect("a trace");
        assert_eq!(trace.rows(), [TraceRow { time: 0.0, demand: 10.0 }, TraceRow { time: 60.0, demand: 25.0 }]);
        assert_eq!(Trace::parse(&trace.csv()).as_ref(), Ok(&trace));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line_and_its_remedy() {
        let cases = [
            ("", "line 1 is \"\"; a trace begins with the header \"t_seconds,demand\""),
            ("0,1\n", "line 1 is \"0,1\"; a trace begins with the header \"t_seconds,demand\""),
            ("t_seconds,demand\n", "there is nothing below the header"),
            ("t_seconds,demand\n0,1,2\n", "line 2 has 3 columns instead of two"),
            ("t_seconds,demand\n0,1\n\n15\n", "line 4 has 1 columns instead of two"),
            ("t_seconds,demand\n0,NaN\n", "line 2: demand is \"NaN\", which is no finite number"),
            ("t_seconds,demand\n0,inf\n", "line 2: demand is \"inf\", which is no finite number"),
            ("t_seconds,demand\n0,1\n12:00,1\n", "line 3: t_seconds is \"12:00\", which is no finite number"),
            ("t_seconds,demand\n0,-1\n", "line 2: a demand of -1 is below 0"),
            ("t_seconds,demand\n10,1\n5,1\n", "line 3: 5 s does not come after 10 s; sort the rows"),
            ("t_seconds,demand\n10,1\n10,1\n", "line 3: 10 s does not come after 10 s; sort the rows"),
        ];
        for (text, wanted) in cases {
            let said = Trace::parse(text).expect_err(text).to_string();
            assert!(said.starts_with(wanted), "{text:?}: {said}");
        }
    }

    #[test]
    fn rows_made_elsewhere_are_held_to_the_same_rules() {
        let row = |time, demand| TraceRow { time, demand };
        assert_eq!(Trace::from_rows(Vec::new()), Err(TraceError::Empty));
        assert!(matches!(Trace::from_rows(vec![row(0.0, f64::NAN)]), Err(TraceError::Number { line: 2, .. })));
        assert!(matches!(Trace::from_rows(vec![row(0.0, -1.0)]), Err(TraceError::Negative { line: 2, .. })));
        assert!(matches!(Trace::from_rows(vec![row(1.0, 0.0), row(1.0, 0.0)]), Err(TraceError::Order { line: 3, .. })));
    }

    #[test]
    fn a_row_is_held_until_the_next_and_steps_are_means_over_time() {
        // 10/s for 20 s, 40/s for 10 s, 0/s for as long again.
        let trace = parsed("100,10\n120,40\n130,0\n").expect("a trace");
        assert_eq!(trace.seconds(), Some(40.0));
        assert_eq!(trace.steps(15.0), Ok(vec![10.0, (5.0 * 10.0 + 10.0 * 40.0) / 15.0, 0.0]));
        assert_eq!(trace.steps(10.0), Ok(vec![10.0, 10.0, 40.0, 0.0]));
        assert_eq!(trace.steps(100.0), Ok(vec![15.0]));
    }

    #[test]
    fn no_request_is_lost_by_resampling() {
        let trace = parsed("0,3\n7,11\n20,0\n21,100\n50,2\n63,5\n").expect("a trace");
        let requests: f64 = 3.0 * 7.0 + 11.0 * 13.0 + 100.0 * 29.0 + 2.0 * 13.0 + 5.0 * 13.0;
        for step in [1.0, 4.0, 19.0] {
            let steps = trace.steps(step).expect("steps");
            assert_eq!(steps.len() as f64, 76.0 / step, "76 s are a whole number of steps of {step} s");
            assert!((steps.iter().sum::<f64>() * step - requests).abs() < 1e-6, "step {step}");
        }
    }

    #[test]
    fn one_row_is_one_step_and_too_many_are_refused() {
        assert_eq!(parsed("5,7\n").expect("a trace").steps(15.0), Ok(vec![7.0]));
        let long = parsed("0,1\n1e12,1\n").expect("a trace");
        assert!(matches!(long.steps(15.0), Err(TraceError::Long { .. })));
        for step in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(matches!(long.steps(step), Err(TraceError::Step(_))));
        }
    }

    #[test]
    fn a_million_rows_are_read() {
        let rows: String = (0..1_000_000).map(|row| format!("{row},{}\n", row % 97)).collect();
        let trace = parsed(&rows).expect("a trace");
        assert_eq!(trace.steps(10.0).expect("steps").len(), 100_000);
    }
}
