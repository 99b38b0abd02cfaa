//! `DOORMAN_*` environment variables: all of them are read and checked, and no value is ever shown.

use std::{
    ffi::{OsStr, OsString},
    fmt,
    path::PathBuf,
};

use http::{Uri, uri::Authority};

use crate::{
    auth::Token,
    error::Error,
    rate::{self, Counts},
    spec::visible,
};

/// The variables of an environment that are doorman's.
pub(crate) struct Environment(Vec<(OsString, OsString)>);

impl Environment {
    pub(crate) fn new(pairs: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        Self(pairs.into_iter().filter(|(name, _)| is_ours(name)).collect())
    }

    pub(crate) fn of_this_process() -> Self {
        Self::new(std::env::vars_os())
    }
}

/// Shows how many there are.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Environment({})", self.0.len())
    }
}

/// Kubernetes sets `DOORMAN_SERVICE_*` and `DOORMAN_PORT*` where a service is named `doorman`.
fn is_ours(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.strip_prefix("DOORMAN_")
        .is_some_and(|rest| !rest.starts_with("SERVICE_") && !rest.starts_with("PORT"))
}

/// What an environment sets.
#[derive(Default)]
pub(crate) struct Settings {
    pub(crate) allowed_hosts: Option<Vec<String>>,
    pub(crate) allowed_origins: Option<Vec<String>>,
    pub(crate) audit: Option<AuditTarget>,
    pub(crate) budget: Option<String>,
    pub(crate) endpoint: Option<String>,
    pub(crate) rate_limit: Option<String>,
    pub(crate) server_name: Option<String>,
    pub(crate) tenant_claim: Option<String>,
    pub(crate) token: Option<Token>,
}

/// Where `DOORMAN_AUDIT` sends records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AuditTarget {
    Stderr,
    None,
    File(PathBuf),
}

/// Reads the value of the variable of this name.
type Read = fn(&mut Settings, &'static str, &str) -> Result<(), Error>;

const VARIABLES: [(&str, Read); 9] = [
    ("DOORMAN_ALLOWED_HOSTS", |settings, name, text| {
        list(text, |item| host(name, item)).map(|hosts| settings.allowed_hosts = Some(hosts))
    }),
    ("DOORMAN_ALLOWED_ORIGINS", |settings, name, text| {
        list(text, |item| origin(name, item))
            .map(|origins| settings.allowed_origins = Some(origins))
    }),
    ("DOORMAN_AUDIT", |settings, name, text| {
        audit(name, text).map(|target| settings.audit = Some(target))
    }),
    ("DOORMAN_BUDGET", |settings, name, text| {
        rates(name, text, Counts::Cost).map(|()| settings.budget = Some(text.into()))
    }),
    ("DOORMAN_ENDPOINT", |settings, name, text| {
        endpoint(name, text).map(|()| settings.endpoint = Some(text.into()))
    }),
    ("DOORMAN_RATE_LIMIT", |settings, name, text| {
        rates(name, text, Counts::Calls).map(|()| settings.rate_limit = Some(text.into()))
    }),
    ("DOORMAN_SERVER_NAME", |settings, name, text| {
        server_name(name, text).map(|()| settings.server_name = Some(text.into()))
    }),
    ("DOORMAN_TENANT_CLAIM", |settings, name, text| {
        plain(name, text, "the name of a claim").map(|()| settings.tenant_claim = Some(text.into()))
    }),
    ("DOORMAN_TOKEN", |settings, name, text| {
        let token = Token::parse(text).ok_or_else(|| {
            unfit(
                name,
                "holds what no client can send",
                "letters, digits and `- . _ ~ + /`, with `=` at the end only (RFC 6750 §2.1)",
            )
        })?;
        settings.token = Some(token);
        Ok(())
    }),
];

impl Settings {
    /// Reads every variable; what is wrong with them is added to the errors.
    pub(crate) fn read(Environment(pairs): &Environment, errors: &mut Vec<Error>) -> Self {
        let mut settings = Self::default();
        for (place, (name, value)) in pairs.iter().enumerate() {
            let Some((known, read)) =
                VARIABLES.into_iter().find(|(known, _)| name == OsStr::new(known))
            else {
                errors.push(unknown(name));
                continue;
            };
            let is_set_before = pairs[..place].iter().any(|(earlier, _)| earlier == name);
            let outcome = match value.to_str() {
                _ if is_set_before => Err(unfit(known, "is set twice", "one value")),
                None => Err(unfit(known, "is not UTF-8", "UTF-8")),
                Some(text) if text.trim().is_empty() => {
                    Err(unfit(known, "is empty", "a value; without the variable, the default"))
                }
                Some(text) => read(&mut settings, known, text),
            };
            errors.extend(outcome.err());
        }
        settings
    }
}

/// The items of a list with commas between them.
fn list(text: &str, check: impl Fn(&str) -> Result<(), Error>) -> Result<Vec<String>, Error> {
    let items = text.split(',').map(str::trim);
    items.map(|item| check(item).map(|()| item.to_owned())).collect()
}

fn rates(setting: &'static str, text: &str, counts: Counts) -> Result<(), Error> {
    let read = rate::parse(text, counts);
    let unread = |problem| Error::Setting { setting, problem, allowed: rate::ALLOWED };
    read.map(|_| ()).map_err(unread)
}

fn audit(setting: &'static str, text: &str) -> Result<AuditTarget, Error> {
    match (text, text.strip_prefix("file:")) {
        ("stderr", _) => Ok(AuditTarget::Stderr),
        ("none", _) => Ok(AuditTarget::None),
        (_, Some(path)) if !path.trim().is_empty() => Ok(AuditTarget::File(path.into())),
        _ => Err(unfit(setting, "names no place", "`stderr`, `file:PATH` or `none`")),
    }
}

/// Checks the name of a server.
pub(crate) fn server_name(setting: &'static str, text: &str) -> Result<(), Error> {
    plain(setting, text, "a name for people")
}

/// Checks that a text says something and holds no control character.
pub(crate) fn plain(setting: &'static str, text: &str, allowed: &'static str) -> Result<(), Error> {
    let is_plain = !text.trim().is_empty() && !text.chars().any(char::is_control);
    fit(is_plain, setting, "is blank or holds a control character", allowed)
}

/// Checks the path of the MCP endpoint.
pub(crate) fn endpoint(setting: &'static str, path: &str) -> Result<(), Error> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'-' | b'_' | b'.' | b'~');
    let is_endpoint = path.len() > 1
        && path.starts_with('/')
        && path.bytes().all(plain)
        && !path.starts_with("/.well-known/");
    fit(
        is_endpoint,
        setting,
        "is no plain path",
        "`/` and then letters, digits, `/ - _ . ~`; not below `/.well-known/`",
    )
}

/// Checks a host name.
pub(crate) fn host(setting: &'static str, text: &str) -> Result<(), Error> {
    let is_host = text.parse::<Authority>().is_ok_and(|authority| authority.host() == text);
    fit(is_host, setting, "names what is no host name", "a host name without scheme and port")
}

/// Checks an origin.
pub(crate) fn origin(setting: &'static str, text: &str) -> Result<(), Error> {
    fit(
        is_origin(text),
        setting,
        "names what is no origin",
        "`https://host`, or `https://host:port` where it is not the scheme's own port, or `http`",
    )
}

/// Whether a text is a scheme, a host and perhaps a port, as RFC 6454 §6.1 writes them.
fn is_origin(text: &str) -> bool {
    let Ok(uri) = text.parse::<Uri>() else { return false };
    let (Some(scheme @ ("http" | "https")), Some(authority)) = (uri.scheme_str(), uri.authority())
    else {
        return false;
    };
    // A browser leaves the scheme's own port out, so an origin with it would never match.
    let own_port = if scheme == "http" { 80 } else { 443 };
    text == format!("{scheme}://{authority}")
        && !authority.as_str().contains('@')
        && authority.port_u16() != Some(own_port)
}

fn fit(
    holds: bool,
    setting: &'static str,
    problem: &str,
    allowed: &'static str,
) -> Result<(), Error> {
    if holds { Ok(()) } else { Err(unfit(setting, problem, allowed)) }
}

fn unfit(setting: &'static str, problem: &str, allowed: &'static str) -> Error {
    Error::Setting { setting, problem: problem.into(), allowed }
}

fn unknown(name: &OsStr) -> Error {
    const NEAR: usize = 3;
    let name = visible(&name.to_string_lossy(), 64);
    let capitals = name.to_ascii_uppercase();
    let near = VARIABLES.into_iter().map(|(known, _)| (distance(&capitals, known), known)).min();
    let hint = match near {
        Some((distance, known)) if distance <= NEAR => format!("did you mean `{known}`?"),
        _ => format!("there are {}", VARIABLES.map(|(known, _)| format!("`{known}`")).join(", ")),
    };
    Error::UnknownVariable { name, hint }
}

/// How many letters must be put in, taken out or changed to make one text the other.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.bytes().enumerate() {
            let changed = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Settings, String> {
        let pairs = pairs.iter().map(|(name, value)| (name.into(), value.into()));
        let mut errors = Vec::new();
        let settings = Settings::read(&Environment::new(pairs), &mut errors);
        Error::all(errors).map(|()| settings).map_err(|error| error.to_string())
    }

    #[test]
    fn where_records_go() {
        let target = |text| read(&[("DOORMAN_AUDIT", text)]).map(|settings| settings.audit);
        assert_eq!(target("stderr"), Ok(Some(AuditTarget::Stderr)));
        assert_eq!(target("none"), Ok(Some(AuditTarget::None)));
        let path = PathBuf::from("/var/log/a: b.jsonl");
        assert_eq!(target("file:/var/log/a: b.jsonl"), Ok(Some(AuditTarget::File(path))));
        for malformed in ["file:", "file: ", "File:/a", "/a", "STDERR", " none", "stdout", "off"] {
            assert!(target(malformed).unwrap_err().starts_with("`DOORMAN_AUDIT` names no place"));
        }
    }

    #[test]
    fn what_kubernetes_sets_and_what_is_not_ours_is_left_alone() {
        let others = [
            ("DOORMAN_SERVICE_HOST", "10.0.0.1"),
            ("DOORMAN_SERVICE_PORT_HTTP", "80"),
            ("DOORMAN_PORT", "tcp://10.0.0.1:80"),
            ("DOORMAN_PORT_80_TCP_ADDR", ""),
            ("DOORMAN", "x"),
            ("MY_DOORMAN_X", "x"),
        ];
        assert!(read(&others).is_ok());
    }

    #[test]
    fn rates_and_budgets_are_read_and_named() {
        assert!(read(&[("DOORMAN_RATE_LIMIT", "60/min"), ("DOORMAN_BUDGET", "0.5/d")]).is_ok());
        let refused = |name, text| read(&[(name, text)]).err().unwrap_or_default();
        assert!(
            refused("DOORMAN_RATE_LIMIT", "0.5/d")
                .starts_with("`DOORMAN_RATE_LIMIT` holds `0.5/d`: ")
        );
        assert!(refused("DOORMAN_BUDGET", "1").starts_with("`DOORMAN_BUDGET` holds `1`: "));
    }

    #[test]
    fn letters_that_differ_are_counted() {
        for (a, b, count) in [("", "ab", 2), ("ab", "", 2), ("kitten", "sitting", 3), ("a", "a", 0)]
        {
            assert_eq!(distance(a, b), count);
        }
    }
}
