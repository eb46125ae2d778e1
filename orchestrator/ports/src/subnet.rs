//! Subnets for lease networks. The engine's own address pools are exhausted after some thirty networks, so each lease
//! network gets a small subnet of the provider's pool that neither the engine nor the host uses yet.

use std::{fmt, net::Ipv4Addr, str::FromStr};

/// An IPv4 network, `10.213.0.0/16`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subnet {
    base: u32,
    prefix: u8,
}

/// The smallest network: 13 containers.
const SMALLEST: u8 = 28;
/// The largest: a bridge holds about a thousand ports.
const LARGEST: u8 = 22;

impl Subnet {
    /// 4,096 of the smallest networks.
    pub const DEFAULT_POOL: Self = Self { base: u32::from_be_bytes([10, 213, 0, 0]), prefix: 16 };

    pub fn new(address: Ipv4Addr, prefix: u8) -> Option<Self> {
        let host_bits = 32u32.checked_sub(u32::from(prefix))?;
        let mask = u32::MAX.checked_shl(host_bits).unwrap_or(0);
        Some(Self { base: u32::from(address) & mask, prefix })
    }

    pub fn address(&self) -> Ipv4Addr {
        self.base.into()
    }

    pub fn contains(&self, address: Ipv4Addr) -> bool {
        Self::new(address, self.prefix).is_some_and(|subnet| subnet.base == self.base)
    }

    /// Whether both have an address in common.
    pub fn overlaps(&self, other: &Self) -> bool {
        let shift = 32 - u32::from(self.prefix.min(other.prefix));
        (self.base ^ other.base).checked_shr(shift).unwrap_or(0) == 0
    }

    /// A subnet of this pool with room for this many containers that overlaps none of `taken`. The first free one is
    /// returned, which keeps the host's routes together.
    pub fn free(&self, containers: usize, taken: &[Self]) -> Option<Self> {
        // The network, gateway and broadcast addresses are not available to containers.
        let bits = (containers + 3).next_power_of_two().trailing_zeros() as u8;
        let prefix = (32 - bits).clamp(LARGEST, SMALLEST).max(self.prefix);
        let step = 1u32 << (32 - u32::from(prefix));
        let count = 1u64 << (prefix - self.prefix);
        let at = |i: u64| Self { base: self.base + i as u32 * step, prefix };
        (0..count).map(at).find(|subnet| !taken.iter().any(|other| subnet.overlaps(other)))
    }
}

impl fmt::Display for Subnet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address(), self.prefix)
    }
}

impl FromStr for Subnet {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WANTED: &str = "must be an IPv4 network such as 10.213.0.0/16";
        let (address, prefix) = text.split_once('/').ok_or(WANTED)?;
        let address = address.parse().map_err(|_| WANTED)?;
        Self::new(address, prefix.parse().map_err(|_| WANTED)?).ok_or(WANTED)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn subnet(text: &str) -> Subnet {
        text.parse().unwrap()
    }

    #[test]
    fn the_first_free_subnet_of_the_right_size_is_taken() {
        let pool = subnet("10.213.0.0/16");
        assert_eq!(pool.free(1, &[]), Some(subnet("10.213.0.0/28")));
        assert_eq!(pool.free(13, &[subnet("10.213.0.0/28")]), Some(subnet("10.213.0.16/28")));
        assert_eq!(pool.free(14, &[subnet("10.213.0.0/28")]), Some(subnet("10.213.0.32/27")));
        assert_eq!(pool.free(1, &[subnet("10.0.0.0/8")]), None);
        assert_eq!(pool.free(1_000_000, &[]), Some(subnet("10.213.0.0/22")));
        assert_eq!(subnet("10.0.0.0/30").free(1, &[]), Some(subnet("10.0.0.0/30")));
        let all: Vec<_> = (0..16).map(|i| subnet(&format!("10.1.0.{}/28", i * 16))).collect();
        assert_eq!(subnet("10.1.0.0/24").free(1, &all), None);
    }

    #[test]
    fn overlap_is_mutual() {
        for (a, b, wanted) in [
            ("10.0.0.0/8", "10.1.0.0/16", true),
            ("10.0.0.0/16", "10.1.0.0/16", false),
            ("0.0.0.0/0", "1.2.3.4/32", true),
            ("1.2.3.4/32", "1.2.3.5/32", false),
        ] {
            assert_eq!(subnet(a).overlaps(&subnet(b)), wanted);
            assert_eq!(subnet(b).overlaps(&subnet(a)), wanted);
        }
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in ["", "10.0.0.0", "10.0.0.0/33", "x/8", "10.0.0/8", "::/0"] {
            assert!(text.parse::<Subnet>().is_err(), "{text}");
        }
    }
}
