//! Address ranges.

use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::str::FromStr;

/// A range of addresses: `10.0.0.0/8`, `2001:db8::/32`, or one address.
///
/// An IPv4 address and its IPv4-mapped IPv6 form (`::ffff:10.0.0.1`) are the same
/// address.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Cidr {
    address: IpAddr,
    length: u8,
}

impl Cidr {
    /// The addresses that share the first `length` bits of `address`; `None` where
    /// the address has fewer. Bits after those are dropped.
    pub fn new(address: IpAddr, length: u8) -> Option<Self> {
        let address = match address {
            IpAddr::V4(address) => {
                let rest = 32u8.checked_sub(length)?;
                let mask = u32::MAX.checked_shl(u32::from(rest)).unwrap_or(0);
                IpAddr::V4(Ipv4Addr::from_bits(address.to_bits() & mask))
            }
            IpAddr::V6(address) => {
                let rest = 128u8.checked_sub(length)?;
                let mask = u128::MAX.checked_shl(u32::from(rest)).unwrap_or(0);
                IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & mask))
            }
        };
        Some(Self { address, length })
    }

    /// The first address.
    pub fn address(&self) -> IpAddr {
        self.address
    }

    /// How many bits are fixed.
    pub fn length(&self) -> u8 {
        self.length
    }

    /// Whether an address is in the range.
    pub fn contains(&self, address: IpAddr) -> bool {
        let of = |address: IpAddr| Self::new(address, self.length).map(|range| range.address);
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(_), IpAddr::V4(_)) => of(address.to_canonical()) == Some(self.address),
            (IpAddr::V6(_), IpAddr::V6(_)) => of(address) == Some(self.address),
            // A range of mapped addresses, such as ::ffff:0:0/96.
            (IpAddr::V6(_), IpAddr::V4(v4)) => {
                of(IpAddr::V6(v4.to_ipv6_mapped())) == Some(self.address)
            }
            (IpAddr::V4(_), IpAddr::V6(_)) => false,
        }
    }
}

/// Why a text is no address range.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct InvalidCidr;

impl fmt::Display for InvalidCidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an address range like 10.0.0.0/8 or 2001:db8::/32")
    }
}

impl core::error::Error for InvalidCidr {}

impl FromStr for Cidr {
    type Err = InvalidCidr;

    /// Reads `address/length`, or an address alone, which is a range of one.
    fn from_str(text: &str) -> Result<Self, InvalidCidr> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| InvalidCidr)?;
        let length = match length {
            None if address.is_ipv4() => 32,
            None => 128,
            Some(digits) if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) => {
                digits.parse().map_err(|_| InvalidCidr)?
            }
            Some(_) => return Err(InvalidCidr),
        };
        Self::new(address, length).ok_or(InvalidCidr)
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.length)
    }
}
