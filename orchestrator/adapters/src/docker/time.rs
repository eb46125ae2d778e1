//! The engine's timestamps. These two lines of calendar arithmetic replace a calendar library.

/// RFC 3339 in UTC to Unix milliseconds; 0 for a text that cannot be parsed and for the engine's "never" (year 1).
pub(super) fn unix_ms(text: &str) -> u64 {
    unix_nanos(text) / 1_000_000
}

/// The same in nanoseconds.
pub(super) fn unix_nanos(text: &str) -> u64 {
    parse(text).and_then(|nanos| u64::try_from(nanos).ok()).unwrap_or_default()
}

fn parse(text: &str) -> Option<i64> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let mut date = date.splitn(3, '-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    let (clock, fraction) = time.split_once('.').unwrap_or((time, ""));
    let mut clock = clock.splitn(3, ':').map(|part| part.parse::<i64>().ok());
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    let nanos: i64 = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
    let seconds = ((days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
    seconds.checked_mul(1_000_000_000)?.checked_add(nanos)
}

/// Days since 1970-01-01, counting years from March so that the leap day comes last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + (month * 153 + 2) / 5 + day
        - 719_469
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_read() {
        assert_eq!(unix_ms("1970-01-01T00:00:00Z"), 0);
        assert_eq!(unix_ms("2024-02-29T12:34:56.789123456Z"), 1_709_210_096_789);
        assert_eq!(unix_ms("2000-03-01T00:00:00.5Z"), 951_868_800_500);
        assert_eq!(unix_ms("0001-01-01T00:00:00Z"), 0);
        assert_eq!(unix_ms("garbage"), 0);
        assert_eq!(unix_nanos("1970-01-01T00:00:01.000000002Z"), 1_000_000_002);
    }
}
