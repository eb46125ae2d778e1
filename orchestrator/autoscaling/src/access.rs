//! Demand from the access log of a web server: each line is a request, of which only the time matters.
//!
//! The first valid line decides between two formats: common or combined (`… [10/Oct/2000:13:55:36 -0700] "GET /" 200
//! …`), and JSON lines with a time under one of `KEYS`, in RFC 3339 or in Unix seconds or milliseconds.

use serde_json::Value;

use super::trace::{Trace, TraceError, TraceRow};

/// The keys of JSON lines that may hold the time; the first that is present counts.
const KEYS: [&str; 7] = ["time", "timestamp", "ts", "@timestamp", "time_iso8601", "time_local", "msec"];
/// Unix times above this are milliseconds: as seconds they would lie in the year 5138.
const MILLISECONDS: f64 = 1e11;
/// More rows than this are refused.
const MOST_ROWS: f64 = 20_000_000.0;
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A log as a trace.
#[derive(Debug, Clone, PartialEq)]
pub struct Read {
    pub trace: Trace,
    pub requests: usize,
    /// Lines without a valid time, and the number of the first.
    pub skipped: usize,
    pub first_skipped: Option<usize>,
}

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum AccessError {
    #[error(
        "no line has a time that can be read; known are the common and the combined log format, and JSON lines with a time \
         under one of {keys}", keys = KEYS.join(", ")
    )]
    NoTime,
    #[error("the log spans {seconds:.0} s, too long for rows of {step} s; choose a larger --step")]
    Long { seconds: f64, step: f64 },
    #[error(transparent)]
    Trace(#[from] TraceError),
}

/// Counts requests in rows of `step` seconds that begin at whole multiples of it, in Unix time. Lines need not be in order.
pub fn read(log: &str, step: f64) -> Result<Read, AccessError> {
    if !(step.is_finite() && step > 0.0) {
        return Err(TraceError::Step(step).into());
    }
    let (mut times, mut skipped, mut first_skipped) = (Vec::new(), 0, None);
    for (line, number) in log.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty()) {
        match time(line) {
            Some(time) => times.push(time),
            None => {
                skipped += 1;
                first_skipped = first_skipped.or(Some(number));
            }
        }
    }
    let first = times.iter().copied().fold(f64::INFINITY, f64::min);
    let last = times.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if times.is_empty() {
        return Err(AccessError::NoTime);
    }
    let start = (first / step).floor();
    if last / step - start > MOST_ROWS {
        return Err(AccessError::Long { seconds: last - first, step });
    }
    let mut counts = vec![0_u32; ((last / step).floor() - start) as usize + 1];
    for time in &times {
        counts[((time / step).floor() - start) as usize] += 1;
    }
    let rows = counts
        .iter()
        .enumerate()
        .map(|(row, count)| TraceRow { time: (start + row as f64) * step, demand: f64::from(*count) / step });
    Ok(Read { trace: Trace::from_rows(rows.collect())?, requests: times.len(), skipped, first_skipped })
}

/// The Unix time of a line.
fn time(line: &str) -> Option<f64> {
    let line = line.trim();
    if line.starts_with('{') {
        let object: Value = serde_json::from_str(line).ok()?;
        return match KEYS.iter().find_map(|key| object.get(key))? {
            Value::Number(number) => unix(number.as_f64()?),
            Value::String(text) => text.parse().ok().and_then(unix).or_else(|| rfc3339(text)).or_else(|| common(text)),
            _ => None,
        };
    }
    let (_, rest) = line.split_once('[')?;
    common(rest.split_once(']')?.0)
}

fn unix(number: f64) -> Option<f64> {
    let seconds = if number.abs() > MILLISECONDS { number / 1000.0 } else { number };
    seconds.is_finite().then_some(seconds)
}

/// `10/Oct/2000:13:55:36 -0700`
fn common(text: &str) -> Option<f64> {
    let (stamp, zone) = text.trim().split_once(' ')?;
    let (date, clock) = stamp.split_once(':')?;
    let mut date = date.split('/');
    let (day, month, year) = (date.next()?.parse().ok()?, date.next()?, date.next()?.parse().ok()?);
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    Some(days(year, month as i64, day)? * 86_400.0 + seconds(clock)? - offset(zone)?)
}

/// `2000-10-10T13:55:36.5+02:00`, with `Z` or without a zone for UTC, and with a space for the T.
fn rfc3339(text: &str) -> Option<f64> {
    let text = text.trim();
    let (date, rest) = text.split_once(['T', 't', ' '])?;
    let mut date = date.split('-');
    let (year, month, day) = (date.next()?.parse().ok()?, date.next()?.parse().ok()?, date.next()?.parse().ok()?);
    let zone = rest.find(['Z', 'z', '+', '-']).unwrap_or(rest.len());
    let (clock, zone) = rest.split_at(zone);
    let zone = if zone.is_empty() || zone.eq_ignore_ascii_case("z") { 0.0 } else { offset(zone)? };
    Some(days(year, month, day)? * 86_400.0 + seconds(clock)? - zone)
}

/// Days from 1970 to a date of the Gregorian calendar, by counting from March on so that the leap day comes last.
fn days(year: i64, month: i64, day: i64) -> Option<f64> {
    if !((1..=9999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day)) {
        return None;
    }
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1;
    Some((days - 719_468) as f64)
}

/// `13:55:36.5`
fn seconds(clock: &str) -> Option<f64> {
    let mut parts = clock.split(':');
    let (hour, minute): (u32, u32) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let second: f64 = parts.next()?.parse().ok()?;
    let sound = hour < 24 && minute < 60 && (0.0..61.0).contains(&second);
    sound.then(|| f64::from(hour * 3600 + minute * 60) + second)
}

/// `-0700` or `+02:00`, in seconds.
fn offset(zone: &str) -> Option<f64> {
    let sign = match zone.as_bytes().first()? {
        b'+' => 1.0,
        b'-' => -1.0,
        _ => return None,
    };
    let digits: String = zone.chars().skip(1).filter(|digit| *digit != ':').collect();
    let number: u32 = digits.parse().ok().filter(|_| digits.len() == 4)?;
    Some(sign * f64::from((number / 100) * 3600 + (number % 100) * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_formats_mean_the_same_moment() {
        let lines = [
            r#"127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /a.gif HTTP/1.0" 200 2326"#,
            r#"::1 - - [10/Oct/2000:20:55:36 +0000] "GET / HTTP/1.1" 200 5 "http://x" "Mozilla/5.0 [en]""#,
            r#"{"time":"2000-10-10T13:55:36-07:00","status":200}"#,
            r#"{"@timestamp":"2000-10-10T20:55:36.000Z"}"#,
            r#"{"ts":971211336}"#,
            r#"{"ts":971211336.0,"level":"info"}"#,
            r#"{"msec":"971211336.000"}"#,
            r#"{"timestamp":971211336000}"#,
            r#"{"time_local":"10/Oct/2000:22:55:36 +0200"}"#,
            r#"{"time":"2000-10-10 20:55:36"}"#,
        ];
        for line in lines {
            assert_eq!(time(line), Some(971_211_336.0), "{line}");
        }
        assert_eq!(rfc3339("2024-02-29T00:00:00Z"), Some(1_709_164_800.0));
        assert_eq!(rfc3339("1970-01-01T00:00:00Z"), Some(0.0));
        for nonsense in ["", "[]", "{}", "{", "[99/Foo/2000:1:2:3 +0000]", r#"{"ts":null}"#, r#"{"time":"noon"}"#] {
            assert_eq!(time(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn requests_are_counted_in_rows_and_gaps_are_zero() {
        let log = "{\"ts\":65}\nwhat is this\n{\"ts\":62}\n{\"ts\":131.5}\n\n{\"ts\":60}\n";
        let read = read(log, 30.0).expect("a trace");
        let rows: Vec<_> = read.trace.rows().iter().map(|row| (row.time, row.demand)).collect();
        assert_eq!(rows, [(60.0, 0.1), (90.0, 0.0), (120.0, 1.0 / 30.0)]);
        assert_eq!((read.requests, read.skipped, read.first_skipped), (4, 1, Some(2)));
    }

    #[test]
    fn a_log_without_times_or_of_an_age_is_refused() {
        assert_eq!(read("hello\n", 15.0), Err(AccessError::NoTime));
        assert!(matches!(read("{\"ts\":1}\n{\"ts\":9e10}\n", 1.0), Err(AccessError::Long { .. })));
        assert!(matches!(read("{\"ts\":1}\n", 0.0), Err(AccessError::Trace(TraceError::Step(_)))));
    }
}
