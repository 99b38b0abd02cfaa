//! Who calls: made from a request's own credentials, never from a connection or a session.

use std::{collections::BTreeMap, fmt, time::SystemTime};

use serde_json::Value;

use crate::scope::ScopeSet;

/// How a call came in.
///
/// ```
/// assert_eq!(doorman::Transport::Http.as_str(), "http");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Transport {
    /// Streamable HTTP.
    Http,
    /// Standard input and output.
    Stdio,
}

impl Transport {
    /// The word of the audit record.
    ///
    /// ```
    /// assert_eq!(doorman::Transport::Stdio.as_str(), "stdio");
    /// ```
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Stdio => "stdio",
        }
    }
}

/// Who calls. A plain function takes it as a parameter; a handler takes `doorman_axum::Caller`.
///
/// ```
/// use doorman::{Principal, Transport};
/// let nobody = Principal::anonymous(Transport::Stdio);
/// assert!(!nobody.verified() && nobody.scopes().iter().next().is_none());
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Principal {
    pub(crate) subject: String,
    pub(crate) issuer: Option<String>,
    pub(crate) client_id: Option<String>,
    pub(crate) scopes: ScopeSet,
    pub(crate) tenant: Option<String>,
    pub(crate) claims: BTreeMap<String, Value>,
    pub(crate) expires: Option<SystemTime>,
    pub(crate) transport: Transport,
    pub(crate) verified: bool,
}

impl Principal {
    /// Nobody: a caller that has shown no credentials. It may call `public` tools only.
    ///
    /// ```
    /// # use doorman::{Principal, Transport};
    /// let nobody = Principal::anonymous(Transport::Http);
    /// assert!(!nobody.verified());
    /// ```
    #[must_use]
    pub fn anonymous(transport: Transport) -> Self {
        Self {
            subject: String::new(),
            issuer: None,
            client_id: None,
            scopes: ScopeSet::default(),
            tenant: None,
            claims: BTreeMap::new(),
            expires: None,
            transport,
            verified: false,
        }
    }

    /// The `sub` of the token; empty for nobody.
    ///
    /// ```
    /// # use doorman::{Principal, Transport};
    /// let nobody = Principal::anonymous(Transport::Http);
    /// assert!(nobody.subject().is_empty());
    /// ```
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The `iss` of the token. Subjects are unique within one issuer only.
    ///
    /// ```
    /// # use doorman::{Principal, Transport};
    /// fn account(caller: &Principal) -> Option<(&str, &str)> {
    ///     Some((caller.issuer()?, caller.subject()))
    /// }
    /// assert_eq!(account(&Principal::anonymous(Transport::Http)), None);
    /// ```
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// The OAuth client that the token was issued to.
    ///
    /// ```
    /// # use doorman::{Principal, Transport};
    /// fn program(caller: &Principal) -> &str {
    ///     caller.client_id().unwrap_or("unknown")
    /// }
    /// assert_eq!(program(&Principal::anonymous(Transport::Http)), "unknown");
    /// ```
    #[must_use]
    pub fn client_id(&self) -> Option<&str> {
        self.client_id.as_deref()
    }

    /// The scopes that the token carries; what they imply is not listed.
    ///
    /// ```
    /// # use doorman::{Principal, Transport};
    /// fn may_export(caller: &Principal) -> bool {
    ///     caller.scopes().iter().any(|scope| scope.as_str() == "invoices:export")
    /// }
    /// assert!(!may_export(&Principal::anonymous(Transport::Http)));
    /// ```
    #[must_use]
    pub fn scopes(&self) -> &ScopeSet {
        &self.scopes
    }

    /// The tenant, where the verifier names one.
    ///
    /// ```
    /// # use doorman::{Principal, Transport};
    /// fn folder(caller: &Principal) -> &str {
    ///     caller.tenant().unwrap_or("shared")
    /// }
    /// assert_eq!(folder(&Principal::anonymous(Transport::Http)), "shared");
    /// ```
    #[must_use]
    pub fn tenant(&self) -> Option<&str> {
        self.tenant.as_deref()
    }

    /// A claim of the token, where `OAuth::expose_claims` names it.
    ///
    /// ```
    /// # use doorman::{Principal, Transport};
    /// # let principal = Principal::anonymous(Transport::Http);
    /// let email = principal.claim("email").and_then(|email| email.as_str());
    /// # assert!(email.is_none());
    /// ```
    #[must_use]
    pub fn claim(&self, name: &str) -> Option<&Value> {
        self.claims.get(name)
    }

    /// When the token ends, where it says so.
    ///
    /// ```
    /// # use doorman::{Principal, Transport};
    /// fn ends_before(caller: &Principal, deadline: std::time::SystemTime) -> bool {
    ///     caller.expires().is_some_and(|end| end < deadline)
    /// }
    /// # assert!(!ends_before(&Principal::anonymous(Transport::Http), std::time::SystemTime::now()));
    /// ```
    #[must_use]
    pub fn expires(&self) -> Option<SystemTime> {
        self.expires
    }

    /// How the call came in.
    ///
    /// ```
    /// # use doorman::{Principal, Transport};
    /// let nobody = Principal::anonymous(Transport::Stdio);
    /// assert_eq!(nobody.transport(), Transport::Stdio);
    /// ```
    #[must_use]
    pub fn transport(&self) -> Transport {
        self.transport
    }

    /// Whether credentials were shown and verified.
    ///
    /// ```
    /// # use doorman::{Principal, Transport};
    /// fn greeting(caller: &Principal) -> String {
    ///     if caller.verified() { format!("Hello {}", caller.subject()) } else { "Hello".into() }
    /// }
    /// assert_eq!(greeting(&Principal::anonymous(Transport::Http)), "Hello");
    /// ```
    #[must_use]
    pub fn verified(&self) -> bool {
        self.verified
    }
}

/// Shows no identity, so that a stray `{:?}` in a log names nobody.
impl fmt::Debug for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Principal")
            .field("verified", &self.verified)
            .field("transport", &self.transport)
            .field("scopes", &self.scopes.iter().count())
            .finish_non_exhaustive()
    }
}
