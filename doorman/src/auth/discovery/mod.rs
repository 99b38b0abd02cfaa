//! The keys of an issuer, fetched: what from where. Judges no key and keeps none.

mod address;
mod client;
#[cfg(test)]
pub(in crate::auth) mod loopback;
#[cfg(test)]
mod tests;

use std::{collections::BTreeSet, time::Duration};

use serde::Deserialize;
use url::Url;

use self::{
    address::Reach,
    client::{Answer, Client, Flaw},
};
use crate::error::Error;

const CONNECT: Duration = Duration::from_secs(2);
const TOTAL: Duration = Duration::from_secs(10);

/// Where an issuer's keys are.
pub(crate) enum Place {
    /// Where the metadata of this issuer says.
    Issuer(String),
    /// At this address.
    Jwks(String),
}

/// Keys as they came.
pub(crate) struct Fetched {
    /// The JWKS, unparsed.
    pub(crate) document: String,
    /// How long it is fresh, if the response says so.
    pub(crate) max_age: Option<Duration>,
}

/// Why there are no keys; holds nothing that came from the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Problem {
    #[error("no metadata of the issuer can be used: {0}")]
    Metadata(Flaw),
    #[error("the keys cannot be used: {0}")]
    Keys(Flaw),
    #[error("fetching the keys took too long")]
    Timeout,
}

/// Fetches the keys of one issuer.
pub(crate) struct Fetcher {
    source: Source,
    client: Client,
    total: Duration,
}

/// A [`Place`] whose address may be asked.
enum Source {
    /// The identifier is compared exactly, the address is where metadata is looked for.
    Issuer {
        identifier: String,
        address: Url,
    },
    Jwks(Url),
}

impl Fetcher {
    /// Refuses an address that is not `https` (`http` on loopback), holds credentials or a fragment, an
    /// issuer with a query (RFC 8414 §2), and an IP address that is not public. The `private_hosts`,
    /// names or IP addresses, may be in a private network.
    pub(crate) fn new(place: Place, private_hosts: BTreeSet<String>) -> Result<Self, Error> {
        let (setting, text) = match &place {
            Place::Issuer(text) => ("issuer", text),
            Place::Jwks(text) => ("jwks_url", text),
        };
        let unfit = |problem: &str| Error::Setting {
            setting,
            problem: problem.into(),
            allowed: "an absolute `https` address (`http` on loopback) without credentials or fragment, on a public host or one that `allow_private_host` names",
        };
        let address = address::read(text).map_err(unfit)?;
        let private_hosts = private_hosts
            .into_iter()
            .map(|host| address::host(&host))
            .collect::<Option<_>>()
            .ok_or_else(|| Error::Setting {
                setting: "allow_private_host",
                problem: "holds what is no host".into(),
                allowed: "host names and IP addresses, without scheme and port",
            })?;
        let reach = Reach { private_hosts, loopback: address::is_on_loopback(&address) };
        reach.check_literal(&address).map_err(|_| unfit("is on a private host"))?;
        let client = Client::new(reach, &address, CONNECT).map_err(|_| {
            unfit("cannot be asked: TLS finds no root certificates on this machine")
        })?;
        let source = match place {
            Place::Issuer(_) if address.query().is_some() => return Err(unfit("has a query")),
            Place::Issuer(identifier) => Source::Issuer { identifier, address },
            Place::Jwks(_) => Source::Jwks(address),
        };
        Ok(Self { source, client, total: TOTAL })
    }

    /// Fetches the keys, and before them the metadata that says where they are.
    pub(crate) async fn fetch(&self) -> Result<Fetched, Problem> {
        let fetched = tokio::time::timeout(self.total, self.fetch_untimed()).await;
        fetched.unwrap_or(Err(Problem::Timeout))
    }

    async fn fetch_untimed(&self) -> Result<Fetched, Problem> {
        let keys = match &self.source {
            Source::Issuer { identifier, address } => {
                self.search(identifier, address).await.map_err(Problem::Metadata)?
            }
            Source::Jwks(keys) => keys.clone(),
        };
        let Answer { body, max_age } = self.client.get(&keys).await.map_err(Problem::Keys)?;
        let document = String::from_utf8(body).map_err(|_| Problem::Keys(Flaw::Document))?;
        Ok(Fetched { document, max_age })
    }

    /// Looks for metadata in all its places. Of several flaws the one that tells most is returned.
    async fn search(&self, identifier: &str, address: &Url) -> Result<Url, Flaw> {
        let mut flaw = Flaw::Status;
        for place in metadata_places(address) {
            let answer = self.client.get(&place).await;
            match answer.and_then(|answer| keys_address(&answer.body, identifier, address)) {
                Ok(keys) => return Ok(keys),
                // The other places are on the same host.
                Err(fatal @ (Flaw::Connect | Flaw::Refused)) => return Err(fatal),
                Err(another) => flaw = flaw.max(another),
            }
        }
        Err(flaw)
    }
}

/// Where the metadata of an issuer may be, in the order of the MCP specification (2025-11-25,
/// "Authorization Server Metadata Discovery").
fn metadata_places(issuer: &Url) -> Vec<Url> {
    let path = issuer.path();
    let path = path.strip_suffix('/').unwrap_or(path);
    let mut paths = vec![
        format!("/.well-known/oauth-authorization-server{path}"),
        format!("/.well-known/openid-configuration{path}"),
    ];
    if !path.is_empty() {
        paths.push(format!("{path}/.well-known/openid-configuration"));
    }
    let at = |path: String| {
        let mut place = issuer.clone();
        place.set_path(&path);
        place
    };
    paths.into_iter().map(at).collect()
}

/// What metadata has to say (RFC 8414 §2). That neither stands twice is serde's to see.
#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    jwks_uri: String,
}

/// Where the keys are by this metadata, if it is of this very issuer (RFC 8414 §3.3).
fn keys_address(metadata: &[u8], identifier: &str, issuer: &Url) -> Result<Url, Flaw> {
    // An array of two texts would read as well.
    if !metadata.trim_ascii_start().starts_with(b"{") {
        return Err(Flaw::Document);
    }
    let metadata: Metadata = serde_json::from_slice(metadata).map_err(|_| Flaw::Document)?;
    if metadata.issuer != identifier {
        return Err(Flaw::OtherIssuer);
    }
    let keys = address::read(&metadata.jwks_uri).map_err(|_| Flaw::Document)?;
    if keys.scheme() == "http" && !address::is_on_loopback(issuer) {
        return Err(Flaw::Document);
    }
    Ok(keys)
}
