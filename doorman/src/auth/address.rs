//! Addresses of issuers and resources: which are fit, and which are the same.

use http::Uri;

use crate::error::Error;

/// Parses an address that can be compared as text (RFC 8414 §2, RFC 9728 §3.3).
///
/// # Errors
/// [`Error::Setting`] where it is none, is no `https` (`http` on loopback), or holds more than a host and a plain path.
pub(super) fn parse(setting: &'static str, text: &str) -> Result<Uri, Error> {
    // The parser drops a fragment without a word.
    if text.contains('#') {
        return Err(unfit(setting, "has a fragment"));
    }
    let uri: Uri = text.parse().map_err(|_| unfit(setting, "is no address"))?;
    let host = uri.host().unwrap_or_default();
    let problem = match uri.scheme_str() {
        _ if host.is_empty() => "is no absolute address",
        Some("https") => "",
        Some("http") if is_loopback(host) => "",
        Some("http") => "is not `https`",
        _ => "is neither `https` nor `http`",
    };
    if !problem.is_empty() {
        return Err(unfit(setting, problem));
    }
    if uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
        return Err(unfit(setting, "holds credentials"));
    }
    if uri.query().is_some() {
        return Err(unfit(setting, "has a query"));
    }
    let is_plain =
        |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'-' | b'_' | b'.' | b'~');
    if !uri.path().bytes().all(is_plain) {
        return Err(unfit(
            setting,
            "has a path with other characters than letters, digits and `/ - _ . ~`",
        ));
    }
    Ok(uri)
}

pub(super) fn unfit(setting: &'static str, problem: &str) -> Error {
    Error::Setting {
        setting,
        problem: problem.into(),
        allowed: "an absolute `https` address (`http` on loopback) without credentials, query or fragment; a resource does not end with `/`",
    }
}

/// Whether a host can only be this machine.
pub(crate) fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || bare.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback())
}

/// Whether an audience is this resource: scheme and host in any case, the rest exactly, as the MCP
/// specification compares canonical addresses.
pub(super) fn is_same(resource: &str, audience: &str) -> bool {
    if resource == audience {
        return true;
    }
    let origin = resource.find("://").map_or(0, |at| at + 3);
    let origin = resource[origin..].find('/').map_or(resource.len(), |at| origin + at);
    match (audience.get(..origin), audience.get(origin..)) {
        (Some(start), Some(path)) => {
            start.eq_ignore_ascii_case(&resource[..origin]) && path == &resource[origin..]
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scheme_and_host_are_the_same_in_any_case_and_nothing_else() {
        const RESOURCE: &str = "https://api.example.com/mcp";
        for same in [RESOURCE, "HTTPS://API.example.COM/mcp"] {
            assert!(is_same(RESOURCE, same), "{same}");
        }
        for other in [
            "",
            "https://api.example.com",
            "https://api.example.com/MCP",
            "https://api.example.com/mcp/",
            "https://api.example.com:443/mcp",
            "https://api.example.comé/mcp",
            "https://api.example.co\u{212a}/mcp",
        ] {
            assert!(!is_same(RESOURCE, other), "{other}");
        }
        assert!(is_same("https://api.example.com", "https://API.example.com"));
        assert!(!is_same("https://api.example.com", "https://api.example.com.evil.example"));
    }
}
