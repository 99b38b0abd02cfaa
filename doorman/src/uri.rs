//! Addresses of resources in their one form, and patterns of them. What could be read in two ways has
//! no form, and matches nothing.

use std::net::Ipv6Addr;

use regex::Regex;

use crate::spec::is_hidden;

/// The most bytes of an address.
const LONGEST: usize = 2048;

/// Brings an address into its one form: scheme and host in small letters, escapes in capitals. `None`
/// where another reader might see another place in it: fragments, users, dot segments, empty segments,
/// backslashes, drives, hosts and ports that have another spelling, escapes of what needs none or of what
/// separates, and characters that are not to be seen.
pub(crate) fn normalized(uri: &str) -> Option<String> {
    let normal = one_form(uri)?;
    // Only a pattern has a star for a host.
    let (authority, _) = split(normal.split_once(':')?.1);
    (!authority.contains('*')).then_some(normal)
}

/// The one form of an address, or of a pattern.
fn one_form(uri: &str) -> Option<String> {
    if uri.len() > LONGEST || !uri.bytes().all(is_allowed) {
        return None;
    }
    let (scheme, rest) = uri.split_once(':')?;
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    if !is_scheme || rest.is_empty() {
        return None;
    }
    let rest = escapes(rest)?;
    let (authority, path) = split(&rest);
    let (scheme, authority) = (scheme.to_ascii_lowercase(), authority.to_ascii_lowercase());
    if !is_plain_authority(&scheme, &authority) || !has_plain_segments(path, authority.is_empty()) {
        return None;
    }
    let slashes = if rest.starts_with("//") { "//" } else { "" };
    Some(format!("{scheme}:{slashes}{authority}{path}"))
}

/// What stands behind a scheme, as an authority, which may be empty, and a path with its query.
fn split(rest: &str) -> (&str, &str) {
    match rest.strip_prefix("//") {
        Some(rest) => rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len())),
        None => ("", rest),
    }
}

/// Whether an authority, in small letters, is a host and maybe a port that cannot be spelled otherwise.
fn is_plain_authority(scheme: &str, authority: &str) -> bool {
    if authority.is_empty() {
        return true;
    }
    let (is_host, port) = match authority.strip_prefix('[') {
        Some(inner) => match inner.split_once(']') {
            Some((host, "")) => (is_plain_ipv6(host), None),
            Some((host, after)) => {
                (is_plain_ipv6(host), Some(after.strip_prefix(':').unwrap_or("")))
            }
            None => (false, None),
        },
        None => match authority.split_once(':') {
            Some((host, port)) => (is_plain_host(host), Some(port)),
            None => (is_plain_host(authority), None),
        },
    };
    is_host && port.is_none_or(|port| is_plain_port(scheme, port))
}

fn is_plain_ipv6(host: &str) -> bool {
    host.parse::<Ipv6Addr>().is_ok_and(|address| address.to_string() == host)
}

fn is_plain_host(host: &str) -> bool {
    !host.contains(|c| "@%[]:;,&=$!'()+".contains(c)) && !host.split('.').any(str::is_empty)
}

fn is_plain_port(scheme: &str, port: &str) -> bool {
    let is_default = matches!((scheme, port), ("http", "80") | ("https", "443"));
    let is_number = !port.starts_with('0') && port.bytes().all(|b| b.is_ascii_digit());
    !is_default && (port == "*" || (is_number && port.parse::<u16>().is_ok()))
}

/// An address, in its one form, that a template (RFC 6570) could make: what stands between braces is one
/// segment, or none that a pattern could see.
pub(crate) fn template_example(template: &str) -> Option<String> {
    let mut parts = template.split('{');
    let mut example = parts.next()?.to_owned();
    for part in parts {
        let (_, after) = part.split_once('}')?;
        example.push('x');
        example.push_str(after);
    }
    normalized(&example)
}

/// The characters of RFC 3986 without `#`: ASCII, so nothing hides among them.
fn is_allowed(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~:/?[]@!$&'()*+,;=%".contains(&byte)
}

/// Escapes in capitals; `None` where one is cut off, stands for what needs none or separates, or for
/// what is no text that can be seen.
fn escapes(text: &str) -> Option<String> {
    let mut parts = text.split('%');
    let mut whole = parts.next()?.to_owned();
    let mut decoded = whole.clone().into_bytes();
    for part in parts {
        let (code, after) = (part.get(..2)?, part.get(2..)?);
        if !code.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let byte = u8::from_str_radix(code, 16).ok()?;
        let is_plain = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        if is_plain || byte.is_ascii_control() || b"/\\%?#@:[]!$&'()*+,;=".contains(&byte) {
            return None;
        }
        decoded.push(byte);
        decoded.extend_from_slice(after.as_bytes());
        whole.push('%');
        whole.push_str(&code.to_ascii_uppercase());
        whole.push_str(after);
    }
    let decoded = String::from_utf8(decoded).ok()?;
    (!decoded.chars().any(|c| is_hidden(c) || c.is_control() || is_look_alike(c))).then_some(whole)
}

/// Whether a letter is taken for a dot, a separator or a percent sign by those who fold letters.
fn is_look_alike(c: char) -> bool {
    matches!(
        c,
        '\u{2024}'
            ..='\u{2026}'
                | '\u{2044}'
                | '\u{2215}'
                | '\u{29F8}'
                | '\u{3002}'
                | '\u{FE30}'
                | '\u{FE52}'
                | '\u{FE68}'
                | '\u{FE6A}'
                | '\u{FF05}'
                | '\u{FF0E}'
                | '\u{FF0F}'
                | '\u{FF3C}'
                | '\u{FF61}'
    )
}

/// Whether no part of a path or a query is empty or only dots and spaces, whatever is taken for a
/// separator, and none of a path is a drive. The path may end in a slash.
fn has_plain_segments(path: &str, is_rootless: bool) -> bool {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let dots = |text: &str| text.split(['/', ':', ';', '=', '&', '?', ',']).any(is_dots);
    let inner = path.strip_prefix('/').unwrap_or(path);
    let inner = inner.strip_suffix('/').unwrap_or(inner);
    let is_empty = inner.is_empty() && (is_rootless || path.len() > 1);
    let has_empty = is_empty || (!inner.is_empty() && inner.split('/').any(str::is_empty));
    !has_empty && !inner.split('/').any(is_drive) && !dots(path) && !dots(query)
}

fn is_dots(part: &str) -> bool {
    !part.is_empty() && part.replace("%20", ".").bytes().all(|b| b == b'.')
}

/// A letter and a colon, or the bar that was taken for one.
fn is_drive(segment: &str) -> bool {
    let letter = segment.strip_suffix(':').or_else(|| segment.strip_suffix("%7C"));
    letter
        .is_some_and(|letter| letter.len() == 1 && letter.starts_with(|c: char| c.is_alphabetic()))
}

/// A pattern of addresses: `*` for at least one sign of a segment, `**` for any part of the path. Neither
/// stands for a query, which a pattern must name by its `?`, nor for a host that is not there, which it must
/// name by its `:///`.
#[derive(Debug, Clone)]
pub(crate) struct UriPattern {
    regex: Regex,
}

impl UriPattern {
    /// Reads a pattern; it is an address itself, in which `*` has a meaning.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        let normal = one_form(text).ok_or("it is no plain address")?;
        let (scheme, rest) = normal.split_once(':').ok_or("it has no scheme")?;
        if rest.contains("***") {
            return Err("`***` means nothing");
        }
        let segments =
            |text: &str| text.split('*').map(regex::escape).collect::<Vec<_>>().join("[^/?]+");
        let mut parts = rest.split("**").peekable();
        let mut regex = format!("^{}:", regex::escape(scheme));
        while let Some(part) = parts.next() {
            regex.push_str(&segments(part));
            if parts.peek().is_some() {
                // A further slash would begin a host, or leave it out.
                let begins = part.is_empty() || part.ends_with('/');
                regex.push_str(if begins { "(?:[^/?][^?]*)?" } else { "[^?]*" });
            }
        }
        regex.push('$');
        let regex = Regex::new(&regex).map_err(|_| "it is too long")?;
        Ok(Self { regex })
    }

    /// Whether an address, in its one form, matches.
    pub(crate) fn matches(&self, normalized: &str) -> bool {
        self.regex.is_match(normalized)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scheme_host_and_escapes_have_one_case() {
        for (uri, one) in [
            ("NOTES://Ann.Example/A%c3%a9", "notes://ann.example/A%C3%A9"),
            ("file:///etc/hosts", "file:///etc/hosts"),
            ("notes://ann/", "notes://ann/"),
            ("notes://ann", "notes://ann"),
            ("urn:isbn:0451450523", "urn:isbn:0451450523"),
            ("memo:insights", "memo:insights"),
            ("notes://[::1]:80/a?b=c", "notes://[::1]:80/a?b=c"),
            ("notes://[2001:DB8::1]/a", "notes://[2001:db8::1]/a"),
            ("http://ann:443/a%20b", "http://ann:443/a%20b"),
            ("notes://ann/a.b/(c)", "notes://ann/a.b/(c)"),
        ] {
            assert_eq!(normalized(uri).as_deref(), Some(one));
        }
    }

    #[test]
    fn what_could_be_read_in_two_ways_has_no_form() {
        for uri in [
            "",
            "notes",
            "://x",
            "notes:",
            "1notes://a",
            "no tes://a",
            "notes://a/../b",
            "notes://a/./b",
            "notes://a/..",
            "notes://..",
            "notes://../b",
            "notes://a/..;x/b",
            "notes://a/%2e%2e/b",
            "notes://a/%2E./b",
            "notes://a/%252e%252e/b",
            "notes://a%2f..%2fb",
            "notes://a/b%2Fc",
            "notes://a/b%5c..%5cc",
            "notes://a/..\\b",
            "notes://a//b",
            "notes:////a",
            "notes://a//",
            "notes://",
            "notes:///",
            "notes://a/b#c",
            "notes://a/b%23c",
            "notes://user@a/b",
            "notes://a:b@c/d",
            "notes://a%40b/c",
            "notes://a%20b/c",
            "notes://a/b\0",
            "notes://a/b%00",
            "notes://a/b%0a",
            "notes://a/b%7f",
            "notes://a/b\n",
            "notes://a/é",
            "notes://a/%ff",
            "notes://a/%",
            "notes://a/%4",
            "notes://a/%4z",
            "notes://a/%+1",
            "notes://a/%61",
            "notes://a/%e2%80%8b",
            "notes://a/%ef%bc%8f",
            "notes://a/%e2%80%ae",
            "notes://a/%c2%85",
            "notes://a?p=../b",
            "notes://a?p=/a/../b",
        ] {
            assert_eq!(normalized(uri), None, "{uri:?}");
        }
        assert_eq!(normalized(&format!("notes://{}", "a".repeat(LONGEST))), None);
    }

    #[test]
    fn an_address_that_has_another_spelling_has_no_form() {
        for uri in [
            "notes://private:/a",
            "notes://private:0/a",
            "notes://private:080/a",
            "notes://private:65536/a",
            "notes://private:x/a",
            "notes://private:80:80/a",
            "http://private:80/a",
            "HTTPS://private:443/a",
            "notes://private./a",
            "notes://private.:80/a",
            "notes://.private/a",
            "notes://a..b/a",
            "notes://:80/a",
            "notes://private;x/a",
            "notes://a,b/a",
            "notes://a&b/a",
            "notes://a=b/a",
            "notes://$a/a",
            "notes://a!/a",
            "notes://a'/a",
            "notes://(a)/a",
            "notes://a+b/a",
            "notes://*/a",
            "notes://[::1/a",
            "notes://[0:0::1]/a",
            "notes://[::1]:/a",
            "notes://[::1]80/a",
            "notes://a]/a",
            "notes://a/%2A",
            "notes://a/%26b",
            "notes://a/%28b%29",
            "notes://a/%2Cb",
            "notes://a/%5Bb",
            "notes://a/%5db",
            "notes://a/%3Db",
            "notes://a/...",
            "notes://a/%20/b",
            "notes://a/..%20/b",
            "notes://a/%20../b",
            "notes://a/%ef%b8%b0",
            "notes://a/%e3%80%82",
            "notes://a/%ef%bd%a1",
            "notes://a/%ef%b9%a8",
            "notes://a/%ef%bc%852e",
            "file:///C:/b",
            "file:///c:",
            "file:///c%7C/b",
            "x:C:/b",
        ] {
            assert_eq!(normalized(uri), None, "{uri:?}");
        }
    }

    #[test]
    fn a_star_stays_in_its_segment_and_two_stay_in_the_path() {
        let matches = |pattern: &str, uri: &str| {
            UriPattern::parse(pattern).unwrap().matches(&normalized(uri).unwrap())
        };
        assert!(matches("notes://*", "notes://ann") && !matches("notes://*", "notes://ann/b"));
        assert!(matches("notes://ann/*.md", "NOTES://ANN/a.md"));
        assert!(!matches("notes://ann/*.md", "notes://ann/aXmd"));
        assert!(!matches("notes://ann/*", "notes://ann/b/c"));
        assert!(matches("notes://**", "notes://ann/b/c"));
        assert!(!matches("notes://**", "notes://ann/b?c=d"));
        assert!(matches("notes://**?*", "notes://ann/b?c=d"));
        assert!(!matches("notes://ann/**", "notes://anna/b"));
        assert!(!matches("notes://ann", "notes://ann/") && !matches("notes://a.b", "notes://axb"));
        assert!(!matches("notes://ann/**", "xnotes://ann/b"));
        assert!(!matches("notes://ann/public/**", "notes://ann/Public/b"), "paths have a case");
    }

    #[test]
    fn no_host_matches_only_where_the_pattern_has_none() {
        let matches = |pattern: &str, uri: &str| {
            UriPattern::parse(pattern).unwrap().matches(&normalized(uri).unwrap())
        };
        for pattern in ["notes://**", "notes://*/**", "notes://*/*/*", "notes:**", "notes:/**"] {
            assert!(!matches(pattern, "notes:///etc/passwd"), "{pattern}");
        }
        assert!(matches("notes:///**", "notes:///etc/passwd"));
        assert!(matches("notes:///etc/*", "notes:///etc/passwd"));
        assert!(!matches("notes:///**", "notes://etc/passwd"));
        assert!(!matches("notes:**", "notes://private/a"));
        assert!(!matches("notes:/**", "notes://private/a"));
    }

    #[test]
    fn a_star_stands_for_at_least_one_sign() {
        let matches = |pattern: &str, uri: &str| {
            UriPattern::parse(pattern).unwrap().matches(&normalized(uri).unwrap())
        };
        assert!(!matches("notes://ann/*", "notes://ann/"));
        assert!(!matches("notes://ann/*.md", "notes://ann/.md"));
        assert!(matches("notes://*.example:*/*", "notes://a.example:81/b"));
    }

    #[test]
    fn a_pattern_is_a_plain_address_with_its_scheme_written_out() {
        for pattern in ["**", "*://a", "notes", "notes://a/../**", "notes://***", "", "n*://a"] {
            assert!(UriPattern::parse(pattern).is_err(), "{pattern:?}");
        }
    }
}
