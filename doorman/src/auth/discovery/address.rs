//! Which addresses may be asked: what they look like, and where their hosts may lead. Asks none.

use std::{
    collections::BTreeSet,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// Not reachable from everywhere (IANA's registry of special-purpose addresses).
const NOT_PUBLIC_V4: [([u8; 4], u32); 15] = [
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12),
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    ([192, 88, 99, 0], 24),
    ([192, 168, 0, 0], 16),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    ([224, 0, 0, 0], 4),
    ([240, 0, 0, 0], 4),
];
/// What is reachable from everywhere, but for the next.
const PUBLIC_V6: [(u128, u32); 1] = [(0x2000 << 112, 3)];
/// Protocol assignments with Teredo, documentation, 6to4, documentation.
const NOT_PUBLIC_V6: [(u128, u32); 4] =
    [(0x2001 << 112, 23), (0x2001_0db8 << 96, 32), (0x2002 << 112, 16), (0x3fff << 112, 20)];

/// Where no name may lead, a private one neither: this host, link-local with the metadata services of
/// clouds, those services where they are elsewhere (100.100.100.200, 168.63.129.16), multicast.
const NEVER_V4: [([u8; 4], u32); 6] = [
    ([0, 0, 0, 0], 8),
    ([100, 100, 100, 200], 32),
    ([168, 63, 129, 16], 32),
    ([169, 254, 0, 0], 16),
    ([224, 0, 0, 0], 4),
    ([255, 255, 255, 255], 32),
];
/// Likewise; and `64:ff9b:1::/48` and Teredo, in which an IPv4 address hides that cannot be told.
const NEVER_V6: [(u128, u32); 8] = [
    (0, 128),
    (0x0064_ff9b_0001 << 80, 48),
    (0x2001_0000 << 96, 32),
    (0xfd00_00c1 << 96, 32),
    (0xfd00_0ec2 << 96, 32),
    (0xfd20_00ce << 96, 32),
    (0xfe80 << 112, 10),
    (0xff00 << 112, 8),
];

/// Reads an address: `https`, or `http` on loopback, and without credentials and fragment.
pub(super) fn read(text: &str) -> Result<Url, &'static str> {
    let address = Url::parse(text).map_err(|_| "is no absolute address")?;
    match address.scheme() {
        "https" => {}
        "http" if is_on_loopback(&address) => {}
        "http" => return Err("is not `https`"),
        _ => return Err("is neither `https` nor `http`"),
    }
    if holds_credentials(&address) {
        return Err("holds credentials");
    }
    if address.fragment().is_some() {
        return Err("has a fragment");
    }
    Ok(address)
}

/// Reads a host alone: a name, or an IP address with or without brackets.
pub(super) fn host(text: &str) -> Option<Host> {
    match text.parse() {
        Ok(IpAddr::V4(ip)) => Some(Host::Ipv4(ip)),
        Ok(IpAddr::V6(ip)) => Some(Host::Ipv6(ip)),
        Err(_) => Host::parse(text).ok(),
    }
}

pub(super) fn is_on_loopback(address: &Url) -> bool {
    address.host().is_some_and(|host| is_loopback(&host))
}

pub(super) fn holds_credentials(address: &Url) -> bool {
    !address.username().is_empty() || address.password().is_some()
}

/// Where hosts may lead.
#[derive(Debug)]
pub(super) struct Reach {
    pub(super) private_hosts: BTreeSet<Host>,
    /// Whether loopback hosts may be asked.
    pub(super) loopback: bool,
}

/// A host leads where it may not.
#[derive(Debug, thiserror::Error)]
#[error("the host leads to an address that must not be asked")]
pub(super) struct Refused;

impl Reach {
    /// Judges an IP address in place of a name, which no resolver gets to see.
    pub(super) fn check_literal(&self, address: &Url) -> Result<(), Refused> {
        let host = address.host().ok_or(Refused)?.to_owned();
        match ip(&host) {
            Some(ip) if !self.allows(&host, ip) => Err(Refused),
            _ => Ok(()),
        }
    }

    /// One bad address spoils all: whoever answers for the name is not to be trusted with it.
    pub(super) fn check(
        &self,
        host: &Host,
        found: Vec<SocketAddr>,
    ) -> Result<Vec<SocketAddr>, Refused> {
        let all_good = found.iter().all(|address| self.allows(host, address.ip()));
        if all_good { Ok(found) } else { Err(Refused) }
    }

    pub(super) fn allows(&self, host: &Host, found: IpAddr) -> bool {
        let is_private = self.private_hosts.contains(host);
        if is_loopback(host) {
            // Such a host may be asked without TLS, so it leads nowhere else.
            found.is_loopback() && (self.loopback || is_private)
        } else if is_private {
            ip(host) == Some(found) || !is_never(found)
        } else {
            is_public(found)
        }
    }
}

/// Resolves names for the client, so that the addresses judged are those connected to.
pub(super) struct Resolver(pub(super) Arc<Reach>);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = Arc::clone(&self.0);
        Box::pin(async move {
            let host = host(name.as_str()).ok_or(Refused)?;
            // The client puts its port in place of 0.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            Ok(Box::new(reach.check(&host, found)?.into_iter()) as Addrs)
        })
    }
}

fn is_loopback<S: AsRef<str>>(host: &Host<S>) -> bool {
    match host {
        Host::Domain(name) => name.as_ref() == "localhost",
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.is_loopback(),
    }
}

fn ip(host: &Host) -> Option<IpAddr> {
    match host {
        Host::Domain(_) => None,
        Host::Ipv4(ip) => Some(IpAddr::V4(*ip)),
        Host::Ipv6(ip) => Some(IpAddr::V6(*ip)),
    }
}

fn is_public(ip: IpAddr) -> bool {
    let is_public = match ip {
        IpAddr::V4(ip) => !v4_within(ip, &NOT_PUBLIC_V4),
        IpAddr::V6(ip) => v6_within(ip, &PUBLIC_V6) && !v6_within(ip, &NOT_PUBLIC_V6),
    };
    is_public && !is_never(ip)
}

fn is_never(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => v4_within(ip, &NEVER_V4),
        // By its form `::1` holds 0.0.0.1.
        IpAddr::V6(ip) if ip.is_loopback() => false,
        IpAddr::V6(ip) => {
            v6_within(ip, &NEVER_V6) || embedded(ip).is_some_and(|ip| v4_within(ip, &NEVER_V4))
        }
    }
}

/// The IPv4 address that an IPv6 one stands for: compatible, mapped, NAT64 (RFC 6052), 6to4.
fn embedded(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let bits = ip.to_bits();
    let low = match (bits >> 32, bits >> 112) {
        (0 | 0xffff | 0x0064_ff9b_0000_0000_0000_0000, _) => bits,
        (_, 0x2002) => bits >> 80,
        _ => return None,
    };
    u32::try_from(low & u128::from(u32::MAX)).ok().map(Ipv4Addr::from_bits)
}

fn v4_within(ip: Ipv4Addr, ranges: &[([u8; 4], u32)]) -> bool {
    let differs = |range: &[u8; 4]| ip.to_bits() ^ u32::from_be_bytes(*range);
    ranges.iter().any(|(range, length)| differs(range).leading_zeros() >= *length)
}

fn v6_within(ip: Ipv6Addr, ranges: &[(u128, u32)]) -> bool {
    ranges.iter().any(|(range, length)| (ip.to_bits() ^ range).leading_zeros() >= *length)
}
