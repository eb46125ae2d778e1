//! The networks that the host already routes to, so that no lease network overlaps one of them.

use std::net::Ipv4Addr;

use ports::subnet::Subnet;

/// The networks to which the host has routes (`/proc/net/route`), without the default route. Empty where there is no such
/// file.
pub(super) fn routed() -> Vec<Subnet> {
    parse(&std::fs::read_to_string("/proc/net/route").unwrap_or_default())
}

fn parse(table: &str) -> Vec<Subnet> {
    let read = |line: &str| {
        let mut columns = line.split_whitespace().skip(1);
        let number = |text: &str| u32::from_str_radix(text, 16).ok().map(u32::swap_bytes);
        let base = number(columns.next()?)?;
        let mask = number(columns.nth(5)?)?;
        if mask == 0 { None } else { Subnet::new(Ipv4Addr::from(base), mask.count_ones() as u8) }
    };
    table.lines().skip(1).filter_map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_read_without_the_default_route() {
        let table = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n\
            eth0\t00000000\t0101A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n\
            eth0\t0001A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n";
        assert_eq!(parse(table).iter().map(Subnet::to_string).collect::<Vec<_>>(), ["192.168.1.0/24"]);
    }
}
