//! Networks of addresses, as settings name them.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Addresses that begin alike, `10.1.0.0/16`, or one alone, `10.1.0.7`. All addresses there are are no network.
///
/// ```
/// use matcher_grpc::network::Network;
/// let network: Network = "10.1.0.0/16".parse()?;
/// assert!(network.contains([10, 1, 2, 3].into()) && !network.contains([10, 2, 0, 0].into()));
/// assert!("0.0.0.0/0".parse::<Network>().is_err());
/// # Ok::<(), matcher_grpc::network::NoNetwork>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Network {
    address: IpAddr,
    bits: u32,
}

/// A text that names no network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no network; write an address such as 10.1.0.7, or a network such as 10.1.0.0/16, 2001:db8::/32")]
pub struct NoNetwork;

impl Network {
    /// Whether an address is in it; addresses of IPv4 written as IPv6 are of IPv4.
    pub fn contains(self, address: IpAddr) -> bool {
        let (ours, theirs) = (self.address, address.to_canonical());
        let differs = match (ours, theirs) {
            (IpAddr::V4(ours), IpAddr::V4(theirs)) => (ours.to_bits() ^ theirs.to_bits()).leading_zeros(),
            (IpAddr::V6(ours), IpAddr::V6(theirs)) => (ours.to_bits() ^ theirs.to_bits()).leading_zeros(),
            _ => 0,
        };
        differs >= self.bits
    }
}

impl FromStr for Network {
    type Err = NoNetwork;

    fn from_str(text: &str) -> Result<Self, NoNetwork> {
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address = address.parse::<IpAddr>().map_err(|_| NoNetwork)?.to_canonical();
        let all = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(all), str::parse).map_err(|_| NoNetwork)?;
        if (1..=all).contains(&bits) { Ok(Self { address, bits }) } else { Err(NoNetwork) }
    }
}

impl TryFrom<String> for Network {
    type Error = NoNetwork;

    fn try_from(text: String) -> Result<Self, NoNetwork> {
        text.parse()
    }
}

impl From<Network> for String {
    fn from(network: Network) -> Self {
        network.to_string()
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_hold_what_begins_alike() {
        let cases = [
            ("10.1.0.0/16", "10.1.255.255", true),
            ("10.1.0.0/16", "10.2.0.0", false),
            ("10.1.0.7", "10.1.0.7", true),
            ("10.1.0.7", "10.1.0.6", false),
            ("10.1.0.7", "::ffff:10.1.0.7", true),
            ("::ffff:10.1.0.7", "10.1.0.7", true),
            ("128.0.0.0/1", "255.0.0.1", true),
            ("128.0.0.0/1", "ff00::1", false),
            ("2001:db8::/32", "2001:db8:ffff::1", true),
            ("2001:db8::/32", "2001:db9::1", false),
        ];
        for (network, address, is_in) in cases {
            assert_eq!(network.parse::<Network>().unwrap().contains(address.parse().unwrap()), is_in, "{network} {address}");
        }
        for wrong in ["", "10.1", "10.1.0.0/33", "10.1.0.0/0", "::/0", "10.1.0.0/", "10.1.0.0/-1", "proxy.example.org"] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
        assert_eq!("10.1.0.7".parse::<Network>().unwrap().to_string(), "10.1.0.7/32");
    }
}
