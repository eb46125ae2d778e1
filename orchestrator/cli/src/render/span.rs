//! Formats spans of time.

/// Formats seconds as `3d 4h` or `12m 5s`.
pub fn span(seconds: u64) -> String {
    if seconds > 100 * 365 * 86_400 {
        return "over a century".to_owned();
    }
    let units = [(86_400, "d"), (3600, "h"), (60, "m"), (1, "s")];
    let first = units.iter().position(|(unit, _)| seconds >= *unit).unwrap_or(3);
    let parts = units.iter().skip(first).take(2).scan(seconds, |left, (unit, name)| {
        let count = *left / unit;
        *left %= unit;
        Some((count, format!("{count}{name}")))
    });
    let shown: Vec<_> =
        parts.enumerate().filter(|(i, (count, _))| *i == 0 || *count > 0).map(|(_, (_, t))| t).collect();
    shown.join(" ")
}

#[cfg(test)]
mod tests {
    use super::span;

    #[test]
    fn a_span_shows_its_two_largest_units() {
        let output = [0, 59, 60, 61, 3600, 3661, 90_000].map(span);
        assert_eq!(output, ["0s", "59s", "1m", "1m 1s", "1h", "1h 1m", "1d 1h"]);
    }
}
