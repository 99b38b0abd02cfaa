//! What the claims of a token must say. Knows no key: a token that is refused here costs no signature.

use std::{
    collections::BTreeSet,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde_json::Value;

use super::strict::Header;
use crate::{
    auth::{TokenError, VerifiedToken, address},
    schema::Object,
    scope::{Scope, ScopeSet},
    spec::is_hidden,
};

/// How far in the future a token may begin or be issued.
const CLOCKS_APART: f64 = 60.0;
pub(super) const MOST_LEEWAY: Duration = Duration::from_secs(60);
/// In bytes; subjects have 255 characters at most (`OpenID` Connect Core 1.0 §2).
const LONGEST_NAME: usize = 1024;
/// Reading them takes longer than all the rest of a token without a signature.
const MOST_SCOPES: usize = 256;
/// The end of the year 9999: a later time is a mistake.
const LATEST: f64 = 253_402_300_799.0;

/// The rules of one issuer, as strict as RFC 9068 where nothing was relaxed by name.
#[derive(Clone)]
pub(super) struct Rules {
    pub(super) issuer: String,
    /// Other names of this server.
    pub(super) audiences: BTreeSet<String>,
    pub(super) tolerated: BTreeSet<String>,
    /// The clients whose tokens need no audience.
    pub(super) clients_without_audience: BTreeSet<String>,
    pub(super) leeway: Duration,
    pub(super) max_lifetime: Duration,
    pub(super) plain_jwt: bool,
    pub(super) client_id_claim: String,
    pub(super) client_id_needed: bool,
    pub(super) jti_needed: bool,
    pub(super) tenant_claim: Option<String>,
}

/// What is the same for every issuer.
pub(super) struct Here {
    pub(super) resource: String,
    pub(super) exposed: BTreeSet<String>,
}

impl Rules {
    pub(super) fn new(issuer: &str) -> Self {
        Self {
            issuer: issuer.into(),
            audiences: BTreeSet::new(),
            tolerated: BTreeSet::new(),
            clients_without_audience: BTreeSet::new(),
            leeway: Duration::from_secs(30),
            max_lifetime: Duration::from_secs(24 * 60 * 60),
            plain_jwt: false,
            client_id_claim: "client_id".into(),
            client_id_needed: true,
            jti_needed: true,
            tenant_claim: None,
        }
    }

    /// Judges everything that a token of this issuer says besides its signature.
    pub(super) fn check(
        &self,
        here: &Here,
        header: &Header,
        claims: &Object,
        now: SystemTime,
    ) -> Result<VerifiedToken, TokenError> {
        let is_typed = self.typ(header)?;
        let client_id = name(claims, &self.client_id_claim, "client_id")?;
        let audiences = self.audiences(here, claims, client_id)?;
        let expires = self.times(claims, now)?;
        // Its holder would have to prove something that nobody asks for here (RFC 7800, RFC 9449).
        if claims.contains_key("cnf") {
            return Err(TokenError::Invalid("cnf"));
        }
        let subject = name(claims, "sub", "subject")?.ok_or(TokenError::Invalid("subject"))?;
        if client_id.is_none() && self.client_id_needed {
            return Err(TokenError::Invalid("client_id"));
        }
        if name(claims, "jti", "jti")?.is_none() && self.jti_needed {
            return Err(TokenError::Invalid("jti"));
        }
        if !is_typed {
            self.plain(claims, &audiences)?;
        }

        let mut token = VerifiedToken::new(subject)
            .issuer(&self.issuer)
            .audience(&here.resource)
            .expires(expires);
        token.scopes = scopes(claims)?;
        token.client_id = client_id.map(str::to_owned);
        if let Some(claim) = &self.tenant_claim {
            token.tenant = name(claims, claim, "tenant")?.map(str::to_owned);
        }
        let exposed = here.exposed.iter().filter_map(|name| claims.get_key_value(name));
        token.claims = exposed.map(|(name, value)| (name.clone(), value.clone())).collect();
        Ok(token)
    }

    /// Whether the token says that it is an access token (RFC 9068 §4).
    fn typ(&self, header: &Header) -> Result<bool, TokenError> {
        let typ = header.typ.as_deref().map(str::to_ascii_lowercase);
        match typ.as_deref() {
            Some("at+jwt" | "application/at+jwt") => Ok(true),
            None | Some("jwt" | "application/jwt") if self.plain_jwt => Ok(false),
            _ => Err(TokenError::Invalid("typ")),
        }
    }

    /// What tells an access token from others where its type does not.
    fn plain(&self, claims: &Object, audiences: &[&str]) -> Result<(), TokenError> {
        let other = TokenError::Invalid("not_access_token");
        let clients = ["client_id", "azp", &self.client_id_claim].map(|claim| claims.get(claim));
        let is_for_client = clients
            .iter()
            .flatten()
            .any(|client| client.as_str().is_none_or(|client| audiences.contains(&client)));
        let has = |claim: &&str| claims.contains_key(*claim);
        let is_access = clients.iter().any(Option::is_some) || ["scope", "scp"].iter().any(has);
        let is_other = ["nonce", "at_hash", "c_hash", "s_hash", "events"].iter().any(has);
        // Amazon and Keycloak name the kind in a claim.
        let is = |claim: &str, kind: &str| {
            let found = claims.get(claim);
            found.is_none_or(|found| found.as_str().is_some_and(|t| t.eq_ignore_ascii_case(kind)))
        };
        let is_named = is("token_use", "access") && is("typ", "bearer");
        if is_access && !is_for_client && !is_other && is_named { Ok(()) } else { Err(other) }
    }

    /// The audiences, of which one is this server and every other is tolerated.
    fn audiences<'a>(
        &self,
        here: &Here,
        claims: &'a Object,
        client_id: Option<&str>,
    ) -> Result<Vec<&'a str>, TokenError> {
        let refused = TokenError::Invalid("audience");
        let audiences: Vec<&str> = match claims.get("aud") {
            None if client_id.is_some_and(|id| self.clients_without_audience.contains(id)) => {
                return Ok(Vec::new());
            }
            Some(Value::String(audience)) => vec![audience],
            Some(Value::Array(members)) => {
                members.iter().map(Value::as_str).collect::<Option<_>>().ok_or(refused)?
            }
            _ => return Err(refused),
        };
        let is_ours = |audience: &str| {
            address::is_same(&here.resource, audience) || self.audiences.contains(audience)
        };
        let is_fit = |audience: &str| is_ours(audience) || self.tolerated.contains(audience);
        if audiences.iter().any(|a| is_ours(a)) && audiences.iter().all(|a| is_fit(a)) {
            Ok(audiences)
        } else {
            Err(refused)
        }
    }

    /// When the token ends, if it has begun and is not over.
    fn times(&self, claims: &Object, now: SystemTime) -> Result<SystemTime, TokenError> {
        let now = now.duration_since(UNIX_EPOCH).map_err(|_| TokenError::Unavailable)?;
        let now = now.as_secs_f64();
        let time = |claim: &str, reason: &'static str| match claims.get(claim) {
            None => Ok(None),
            Some(time) => match time.as_f64() {
                Some(time) if (0.0..=LATEST).contains(&time) => Ok(Some(time)),
                _ => Err(TokenError::Invalid(reason)),
            },
        };
        let expires = time("exp", "exp")?.ok_or(TokenError::Invalid("exp"))?;
        let issued = time("iat", "iat")?.ok_or(TokenError::Invalid("iat"))?;
        let begins = time("nbf", "nbf")?.unwrap_or(issued);
        if now >= expires + self.leeway.min(MOST_LEEWAY).as_secs_f64() {
            return Err(TokenError::Invalid("expired"));
        }
        if issued > now + CLOCKS_APART {
            return Err(TokenError::Invalid("iat"));
        }
        if begins > now + CLOCKS_APART {
            return Err(TokenError::Invalid("nbf"));
        }
        let lifetime = expires - issued;
        if lifetime <= 0.0 || lifetime > self.max_lifetime.as_secs_f64() {
            return Err(TokenError::Invalid("lifetime"));
        }
        Ok(UNIX_EPOCH + Duration::from_secs_f64(expires))
    }
}

/// A claim that names somebody or something: a text that a reader of the log sees as it is.
fn name<'a>(
    claims: &'a Object,
    claim: &str,
    reason: &'static str,
) -> Result<Option<&'a str>, TokenError> {
    let is_plain = |name: &str| {
        !name.is_empty()
            && name.len() <= LONGEST_NAME
            && name == name.trim()
            && !name.contains(|c: char| is_hidden(c) || c.is_control())
    };
    match claims.get(claim) {
        None => Ok(None),
        Some(Value::String(name)) if is_plain(name) => Ok(Some(name)),
        Some(_) => Err(TokenError::Invalid(reason)),
    }
}

/// The scopes of `scope` (RFC 8693 §4.2) or `scp`; none where there is neither.
fn scopes(claims: &Object) -> Result<ScopeSet, TokenError> {
    let refused = TokenError::Invalid("scope");
    let split = |text: &str| {
        let is_few = text.split(' ').nth(MOST_SCOPES).is_none();
        is_few.then(|| ScopeSet::parse(text).ok()).flatten().ok_or(refused)
    };
    let scope = match claims.get("scope") {
        None => None,
        Some(Value::String(text)) => Some(split(text)?),
        Some(_) => return Err(refused),
    };
    let scp = match claims.get("scp") {
        None => None,
        Some(Value::String(text)) => Some(split(text)?),
        Some(Value::Array(members)) if members.len() <= MOST_SCOPES => {
            let scopes = members.iter().map(|member| Scope::parse(member.as_str()?).ok());
            Some(scopes.collect::<Option<ScopeSet>>().ok_or(refused)?)
        }
        Some(_) => return Err(refused),
    };
    match (scope, scp) {
        (Some(scope), Some(scp)) if scope != scp => Err(refused),
        (Some(scopes), _) | (None, Some(scopes)) => Ok(scopes),
        (None, None) => Ok(ScopeSet::default()),
    }
}
