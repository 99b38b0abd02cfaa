//! Which headers of the agent's request may reach a handler.

use axum::http::HeaderName;
use doorman::{Error, Toolset};

/// The headers that may be forwarded, and a mistake for each that may not.
pub(crate) fn forwardable(names: &[&'static str], tools: &mut Toolset) -> Vec<HeaderName> {
    let mut headers = Vec::new();
    for name in names {
        match HeaderName::try_from(name.to_ascii_lowercase()) {
            Ok(header) if is_forwardable(header.as_str()) => {
                if !headers.contains(&header) {
                    headers.push(header);
                }
            }
            _ => tools.refuse(Error::Setting {
                setting: "forward_headers",
                problem: format!("names `{}`", name.escape_debug()),
                allowed: "names of headers that carry no credentials, no addresses and nothing of the request itself",
            }),
        }
    }
    headers
}

/// Whether a header may reach a handler: nothing that proves or claims who or where the sender is, or
/// that says how the request is to be read. It is judged by the words in its name, for the names that
/// proxies and clouds make up have no end.
fn is_forwardable(name: &str) -> bool {
    const STARTS: [&str; 11] = [
        "accept",
        "access-control-",
        "content-",
        "http2-",
        "if-",
        "keep-alive",
        "last-event-",
        "mcp-",
        "transfer-",
        "x-http-method",
        "x-method-",
    ];
    const WORDS: [&str; 14] = [
        "cert",
        "client",
        "connection",
        "expect",
        "from",
        "host",
        "ip",
        "ipv4",
        "ipv6",
        "range",
        "te",
        "trailer",
        "upgrade",
        "via",
    ];
    const PARTS: [&str; 11] = [
        "account",
        "addr",
        "csrf",
        "forwarded",
        "origin",
        "principal",
        "proxy",
        "referer",
        "remote",
        "rewrite",
        "session",
    ];
    let name = name.replace('_', "-");
    !STARTS.iter().any(|start| name.starts_with(start))
        && !PARTS.iter().any(|part| name.contains(part))
        && !name.split('-').any(|word| WORDS.contains(&word) || word == "sec")
        && !claims_somebody(&name)
}

/// Whether a header proves or claims who the sender is, by the words in its name: proxies hand tokens on
/// under names of their own.
pub(crate) fn is_credential(name: &HeaderName) -> bool {
    claims_somebody(&name.as_str().replace('_', "-"))
}

fn claims_somebody(name: &str) -> bool {
    const PARTS: [&str; 13] = [
        "api-key",
        "apikey",
        "assertion",
        "auth",
        "cookie",
        "cred",
        "dpop",
        "identity",
        "jwt",
        "oidc",
        "password",
        "secret",
        "token",
    ];
    PARTS.iter().any(|part| name.contains(part))
        || name.split('-').any(|word| word == "principal" || word.ends_with("user"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_trace_or_a_program_names_passes() {
        for name in [
            "traceparent",
            "tracestate",
            "baggage",
            "x-request-id",
            "x-correlation-id",
            "idempotency-key",
            "x-b3-spanid",
        ] {
            assert!(is_forwardable(name), "{name}");
        }
    }

    #[test]
    fn what_claims_a_sender_does_not() {
        for name in [
            "cf-access-jwt-assertion",
            "x-goog-iap-jwt-assertion",
            "x-ms-token-aad",
            "x-ms-client-principal",
            "x-access-token",
            "x-amz-security-token",
            "x-vault-token",
            "x-csrf-token",
            "cookie2",
            "remote-user",
            "x-remote-user",
            "x-webauth-user",
            "client-cert",
            "fly-client-ip",
            "cf-connecting-ipv6",
            "x-envoy-external-address",
            "x-real-ip",
            "true-client-ip",
            "via",
            "x_forwarded_for",
            "x-original-url",
            "x-rewrite-url",
            "www-authenticate",
            "x-api-key",
            "proxy-anything",
            "sec-fetch-site",
        ] {
            assert!(!is_forwardable(name), "{name}");
        }
    }
}
