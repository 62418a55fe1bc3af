//! Which network addresses may be connected to, judged after name resolution.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How far a connection may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Public addresses only.
    Public,
    /// Public addresses and this machine.
    Loopback,
}

impl Reach {
    pub(crate) fn allows(self, ip: IpAddr) -> bool {
        match ip {
            IpAddr::V4(ip) => self.allows_v4(ip),
            IpAddr::V6(ip) => match embedded_v4(ip) {
                // An IPv4 address inside an IPv6 one is the IPv4 address, wherever a gateway unpacks it.
                Some(inner) => self.allows_v4(inner),
                None if ip.is_loopback() => self == Self::Loopback,
                None => is_public_v6(ip),
            },
        }
    }

    fn allows_v4(self, ip: Ipv4Addr) -> bool {
        if ip.is_loopback() {
            self == Self::Loopback
        } else {
            is_public_v4(ip)
        }
    }
}

/// SOURCE: <https://www.iana.org/assignments/iana-ipv4-special-registry>
fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    !(a == 0
        || ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_documentation()
        || ip.is_multicast()
        || (a == 100 && (64..128).contains(&b))
        || (a, b, c) == (192, 0, 0)
        || (a, b, c) == (192, 88, 99)
        || (a == 198 && (b == 18 || b == 19))
        || a >= 240)
}

/// SOURCE: <https://www.iana.org/assignments/iana-ipv6-special-registry>
fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [first, second, ..] = ip.segments();
    // Only 2000::/3 is global unicast; of it, protocol assignments and documentation are not public.
    (first & 0xe000) == 0x2000
        && !(first == 0x2001 && second < 0x0200)
        && !(first == 0x2001 && second == 0x0db8)
        && !(first == 0x3fff && second < 0x1000)
}

/// The IPv4 address inside a mapped, compatible, translated (NAT64) or 6to4 address.
fn embedded_v4(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let bits = u128::from(ip);
    let at = |shift: u32| {
        Ipv4Addr::from(u32::try_from((bits >> shift) & 0xffff_ffff).unwrap_or_default())
    };
    match ip.segments() {
        [0, 0, 0, 0, 0, 0xffff, ..]
        | [0, 0, 0, 0, 0xffff, 0, ..]
        | [0x64, 0xff9b, 0, 0, 0, 0, ..] => Some(at(0)),
        [0, 0, 0, 0, 0, 0, high, _] if high != 0 => Some(at(0)),
        [0x2002, ..] => Some(at(80)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_are_reached() {
        for ip in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "192.168.1.1",
            "192.0.0.8",
            "198.18.0.1",
            "203.0.113.9",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fe80::1",
            "fc00::1",
            "fd12:3456::1",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "2002:7f00:1::",
            "::ffff:0:127.0.0.1",
            "::127.0.0.1",
            "64:ff9b:1::a00:1",
        ] {
            assert!(
                !Reach::Public.allows(ip.parse().unwrap()),
                "{ip} is reached"
            );
        }
        for ip in [
            "1.1.1.1",
            "34.102.1.1",
            "2606:4700::1111",
            "64:ff9b::101:101",
            "::ffff:1.1.1.1",
        ] {
            assert!(
                Reach::Public.allows(ip.parse().unwrap()),
                "{ip} is not reached"
            );
        }
    }

    #[test]
    fn a_permitted_loopback_opens_no_private_network() {
        for ip in ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"] {
            assert!(
                Reach::Loopback.allows(ip.parse().unwrap()),
                "{ip} is not reached"
            );
        }
        for ip in [
            "10.0.0.1",
            "169.254.169.254",
            "fe80::1",
            "::ffff:192.168.0.1",
        ] {
            assert!(
                !Reach::Loopback.allows(ip.parse().unwrap()),
                "{ip} is reached"
            );
        }
    }
}
