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
/// that says how the request is to be read.
fn is_forwardable(name: &str) -> bool {
    const NEVER: [&str; 25] = [
        "api-key",
        "authentication",
        "authorization",
        "cf-connecting-ip",
        "client-ip",
        "connection",
        "cookie",
        "expect",
        "fastly-client-ip",
        "forwarded",
        "from",
        "host",
        "http2-settings",
        "last-event-id",
        "keep-alive",
        "origin",
        "range",
        "referer",
        "set-cookie",
        "te",
        "trailer",
        "true-client-ip",
        "upgrade",
        "via",
        "www-authenticate",
    ];
    const NEVER_BEFORE: [&str; 20] = [
        "accept",
        "access-control-",
        "content-",
        "dpop",
        "if-",
        "mcp-",
        "proxy-",
        "sec-",
        "transfer-",
        "x-amzn-oidc-",
        "x-api-key",
        "x-auth",
        "x-client-",
        "x-cluster-",
        "x-forwarded",
        "x-http-method",
        "x-original-",
        "x-real-",
        "x-rewrite-",
        "x-method-",
    ];
    let name = name.replace('_', "-");
    !NEVER.contains(&name.as_str()) && !NEVER_BEFORE.iter().any(|prefix| name.starts_with(prefix))
}
