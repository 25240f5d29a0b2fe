//! Addresses that wrong tokens come from wait, longer each time. A guess is hopeless; this keeps guessing from costing anything.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tonic::codegen::http::HeaderMap;

use crate::network::Network;

/// Addresses kept; above it the one that failed longest ago is forgotten.
const KEPT: usize = 4_096;
/// An address that sends no wrong token for so long, after its wait, is forgotten.
const FORGOTTEN: Duration = Duration::from_secs(900);

/// The address a call comes from: that of the connection, or, where it is a trusted proxy's, the last one in `x-forwarded-for` that is not.
/// What stands before it there anybody may have written.
pub(super) fn source(peer: IpAddr, headers: &HeaderMap, proxies: &[Network]) -> IpAddr {
    let is_trusted = |address: IpAddr| proxies.iter().any(|proxy| proxy.contains(address));
    let lines = headers.get_all("x-forwarded-for").iter().rev();
    let mut told = lines.flat_map(|line| line.to_str().unwrap_or_default().rsplit(','));
    let mut source = peer;
    while is_trusted(source) {
        match told.next().and_then(address) {
            Some(before) => source = before,
            None => break,
        }
    }
    source
}

/// An address as proxies write it, some with the port.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    text.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

/// What an address did.
#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    last: Instant,
    until: Instant,
}

/// Addresses that wrong tokens came from.
#[derive(Debug)]
pub(crate) struct Sources {
    /// Wrong tokens that cost nothing.
    free: u32,
    longest: Duration,
    known: Mutex<BTreeMap<IpAddr, Failures>>,
}

impl Sources {
    pub(crate) const fn new(free: u32, longest: Duration) -> Self {
        Self { free, longest, known: Mutex::new(BTreeMap::new()) }
    }

    /// How long the address has to wait yet; `None` = not at all.
    pub(super) fn wait(&self, source: IpAddr, now: Instant) -> Option<Duration> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let until = known.get(&network(source))?.until;
        Some(until.saturating_duration_since(now)).filter(|wait| !wait.is_zero())
    }

    /// A wrong token came from the address: after those that cost nothing a wait of one second, doubled each time.
    pub(super) fn failed(&self, source: IpAddr, now: Instant) {
        let source = network(source);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KEPT && !known.contains_key(&source) {
            let oldest = known.iter().min_by_key(|found| found.1.last).map(|found| *found.0);
            oldest.map(|oldest| known.remove(&oldest));
        }
        let found = known.entry(source).or_insert(Failures { count: 0, last: now, until: now });
        if now.saturating_duration_since(found.until) > FORGOTTEN {
            found.count = 0;
        }
        found.count = found.count.saturating_add(1);
        found.last = now;
        if let Some(beyond) = found.count.checked_sub(self.free + 1) {
            found.until = now + Duration::from_secs(1u64 << beyond.min(30)).min(self.longest);
        }
    }
}

/// What counts as one address: whoever has one of IPv6 has all of its /64.
fn network(source: IpAddr) -> IpAddr {
    match source.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(start: Instant, seconds: u64) -> Instant {
        start + Duration::from_secs(seconds)
    }

    #[test]
    fn waits_double_up_to_the_longest_and_are_forgotten() {
        let (sources, start) = (Sources::new(2, Duration::from_secs(5)), Instant::now());
        let (source, other) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        let mut waits = Vec::new();
        for _ in 0..6 {
            sources.failed(source, start);
            waits.push(sources.wait(source, start).map_or(0, |wait| wait.as_secs()));
        }
        assert_eq!(waits, [0, 0, 1, 2, 4, 5]);
        assert_eq!((sources.wait(source, at(start, 5)), sources.wait(other, start)), (None, None));
        // Once more, soon: it goes on. Long after: it begins anew.
        sources.failed(source, at(start, 60));
        assert!(sources.wait(source, at(start, 60)).is_some());
        sources.failed(source, at(start, 2_000));
        assert_eq!(sources.wait(source, at(start, 2_000)), None);
    }

    #[test]
    fn only_trusted_proxies_say_for_whom_they_call() {
        let of = |text: &str| text.parse::<IpAddr>().unwrap();
        let proxies = ["10.0.0.0/8", "192.0.2.1"].map(|network| network.parse::<Network>().unwrap());
        let cases: &[(&str, &[&str], &str)] = &[
            ("203.0.113.9", &["198.51.100.1"], "203.0.113.9"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("::ffff:10.0.0.1", &["[2001:db8::1]:5000"], "2001:db8::1"),
            // Through two proxies; what the client itself wrote stands first and is not believed.
            ("10.0.0.1", &["1.2.3.4, 198.51.100.1, 192.0.2.1"], "198.51.100.1"),
            ("10.0.0.1", &["1.2.3.4", "198.51.100.1:4711,192.0.2.1"], "198.51.100.1"),
            // What is no address ends the search.
            ("10.0.0.1", &["198.51.100.1, unknown"], "10.0.0.1"),
            ("10.0.0.1", &["198.51.100.1, unknown, 192.0.2.1"], "192.0.2.1"),
        ];
        for (peer, lines, expected) in cases {
            let mut headers = HeaderMap::new();
            for line in *lines {
                headers.append("x-forwarded-for", line.parse().unwrap());
            }
            assert_eq!(source(of(peer), &headers, &proxies), of(expected), "{peer} {lines:?}");
            assert_eq!(source(of(peer), &headers, &[]), of(peer));
        }
    }

    #[test]
    fn the_table_is_bounded_and_a_network_is_one_address() {
        let (sources, start) = (Sources::new(0, Duration::from_secs(60)), Instant::now());
        let first = IpAddr::from([10, 255, 0, 1]);
        sources.failed(first, start);
        for number in 0..KEPT as u32 {
            sources.failed(IpAddr::from(number.to_be_bytes()), at(start, 1));
        }
        assert_eq!(sources.known.lock().unwrap().len(), KEPT);
        assert_eq!(sources.wait(first, start), None, "the oldest is forgotten");
        let of = |text: &str| text.parse::<IpAddr>().unwrap();
        sources.failed(of("2001:db8::1"), at(start, 2));
        assert!(sources.wait(of("2001:db8::ffff"), at(start, 2)).is_some());
        assert!(sources.wait(of("2001:db8:0:1::1"), at(start, 2)).is_none());
        assert_eq!(network(of("::ffff:10.0.0.1")), of("10.0.0.1"));
    }
}
