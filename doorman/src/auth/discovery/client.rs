//! One GET, bounded in bytes, redirects and hosts. Understands nothing of what comes back but how long
//! it stays fresh.

use std::{error::Error as _, iter, sync::Arc, time::Duration};

use http::{
    HeaderMap, StatusCode,
    header::{ACCEPT, CACHE_CONTROL, LOCATION},
};
use reqwest::{Response, redirect::Policy, retry, tls};
use url::Url;

use super::address::{Reach, Refused, Resolver, holds_credentials};

const AGENT: &str = concat!("mcp-doorman/", env!("CARGO_PKG_VERSION"));
const LARGEST: usize = 512 * 1024;
const MOST_REDIRECTS: usize = 3;
/// What RFC 9111 §1.2.2 has larger numbers mean; and no clock overflows by it.
const LONGEST: u64 = 1 << 31;

/// Why an answer cannot be used, without anything of it; from what tells an operator least to what
/// tells most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub(crate) enum Flaw {
    #[error("the status is not 200")]
    Status,
    #[error("there are too many redirects, or one leads elsewhere")]
    Redirect,
    #[error("the answer broke off")]
    Broken,
    #[error("the answer is larger than 512 KiB")]
    TooLarge,
    #[error("the document is not what it has to be")]
    Document,
    #[error("the document is of another issuer")]
    OtherIssuer,
    #[error("no connection could be made")]
    Connect,
    #[error("the host leads to an address that must not be asked")]
    Refused,
}

pub(super) struct Client {
    http: reqwest::Client,
    reach: Arc<Reach>,
}

pub(super) struct Answer {
    pub(super) body: Vec<u8>,
    pub(super) max_age: Option<Duration>,
}

impl Client {
    /// Gives up a connection that is not there, with TLS, after `connect`. An issuer that is asked
    /// without TLS needs no root certificates on this machine.
    pub(super) fn new(reach: Reach, issuer: &Url, connect: Duration) -> reqwest::Result<Self> {
        let reach = Arc::new(reach);
        // What no feature of ours brings is switched off as well: another crate of the program can
        // bring it.
        let builder = reqwest::Client::builder()
            .user_agent(AGENT)
            .connect_timeout(connect)
            .dns_resolver(Resolver(Arc::clone(&reach)))
            .redirect(Policy::none())
            .retry(retry::never())
            .referer(false)
            .no_proxy()
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate()
            .http1_only()
            .pool_max_idle_per_host(0)
            .tls_backend_rustls()
            .tls_version_min(tls::Version::TLS_1_2);
        let builder = if issuer.scheme() == "http" { builder.tls_certs_only([]) } else { builder };
        Ok(Self { http: builder.build()?, reach })
    }

    pub(super) async fn get(&self, address: &Url) -> Result<Answer, Flaw> {
        let mut address = address.clone();
        for _ in 0..=MOST_REDIRECTS {
            self.reach.check_literal(&address).map_err(|Refused| Flaw::Refused)?;
            let request = self.http.get(address.clone()).header(ACCEPT, "application/json");
            let response = request.send().await.map_err(|error| Flaw::of_sending(&error))?;
            match response.status() {
                StatusCode::OK => return Answer::read(response).await,
                StatusCode::MOVED_PERMANENTLY
                | StatusCode::FOUND
                | StatusCode::SEE_OTHER
                | StatusCode::TEMPORARY_REDIRECT
                | StatusCode::PERMANENT_REDIRECT => {
                    address = redirected(&address, response.headers()).ok_or(Flaw::Redirect)?;
                }
                _ => return Err(Flaw::Status),
            }
        }
        Err(Flaw::Redirect)
    }
}

impl Answer {
    async fn read(mut response: Response) -> Result<Self, Flaw> {
        let max_age = max_age(response.headers());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|_| Flaw::Broken)? {
            if chunk.len() > LARGEST - body.len() {
                return Err(Flaw::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Self { body, max_age })
    }
}

impl Flaw {
    fn of_sending(error: &reqwest::Error) -> Self {
        let mut causes = iter::successors(error.source(), |cause| (*cause).source());
        if causes.any(<dyn std::error::Error>::is::<Refused>) {
            Self::Refused
        } else if error.is_connect() {
            Self::Connect
        } else {
            Self::Broken
        }
    }
}

/// Where a redirect leads, if to the same origin.
fn redirected(address: &Url, headers: &HeaderMap) -> Option<Url> {
    let location = headers.get(LOCATION)?.to_str().ok()?;
    let next = address.join(location).ok()?;
    (next.origin() == address.origin() && !holds_credentials(&next)).then_some(next)
}

/// How long the answer stays fresh. The shortest of several times counts, and one that cannot be read
/// is none (RFC 9111 §4.2.1).
pub(super) fn max_age(headers: &HeaderMap) -> Option<Duration> {
    let values = headers.get_all(CACHE_CONTROL).iter();
    let values = values.map(|value| String::from_utf8_lossy(value.as_bytes()));
    let seconds = values.filter_map(|value| directives(&value).filter_map(seconds).min()).min();
    seconds.map(Duration::from_secs)
}

/// Splits at commas outside of quotes.
fn directives(value: &str) -> impl Iterator<Item = &str> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    value.split(move |c| {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            _ => {}
        }
        c == ',' && !is_quoted
    })
}

fn seconds(directive: &str) -> Option<u64> {
    let (name, argument) = directive.split_once('=').unwrap_or((directive, ""));
    match name.trim().to_ascii_lowercase().as_str() {
        "no-store" | "no-cache" => Some(0),
        "max-age" => {
            let argument = argument.trim();
            let unquoted = argument.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
            let digits = unquoted.unwrap_or(argument);
            let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
            // Digits that do not fit are a large number.
            Some(if is_number { digits.parse().unwrap_or(LONGEST).min(LONGEST) } else { 0 })
        }
        _ => None,
    }
}
