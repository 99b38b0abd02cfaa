//! What an `Authorization` header says (RFC 6750 §2.1).

use std::fmt;

/// The credential of one request.
///
/// ```
/// use doorman::Credential;
/// assert!(matches!(Credential::read(["Bearer abc".as_bytes()]), Credential::Bearer("abc")));
/// assert!(matches!(Credential::read(["Bearer a b".as_bytes()]), Credential::Malformed));
/// assert!(matches!(Credential::read([]), Credential::Absent));
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Credential<'a> {
    /// There is none, or one of another scheme.
    Absent,
    /// A bearer token.
    Bearer(&'a str),
    /// Two headers, or a bearer token outside its grammar.
    Malformed,
}

impl<'a> Credential<'a> {
    /// Reads every `Authorization` header that the request has.
    ///
    /// ```
    /// # use doorman::Credential;
    /// let header = "bearer t0ken".as_bytes();
    /// assert_eq!(Credential::read([header]), Credential::Bearer("t0ken"));
    /// assert_eq!(Credential::read([header, header]), Credential::Malformed);
    /// ```
    #[must_use]
    pub fn read(headers: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut headers = headers.into_iter();
        let Some(header) = headers.next() else { return Self::Absent };
        if headers.next().is_some() {
            return Self::Malformed;
        }
        let end = header.iter().position(|b| *b == b' ').unwrap_or(header.len());
        let (scheme, token) = header.split_at(end);
        if !scheme.eq_ignore_ascii_case(b"bearer") {
            return Self::Absent;
        }
        let token = std::str::from_utf8(token).unwrap_or_default().trim_start_matches(' ');
        if is_b64token(token) { Self::Bearer(token) } else { Self::Malformed }
    }
}

/// Never shows the token.
impl fmt::Debug for Credential<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Absent => "Absent",
            Self::Bearer(_) => "Bearer(…)",
            Self::Malformed => "Malformed",
        })
    }
}

/// A bearer token that the process was given at its start: shown to a verifier and to nothing else.
#[derive(Clone)]
pub(crate) struct Token(String);

impl Token {
    /// Takes what a client could send (RFC 6750 §2.1).
    pub(crate) fn parse(text: &str) -> Option<Self> {
        is_b64token(text).then(|| Self(text.to_owned()))
    }

    pub(crate) fn credential(&self) -> Credential<'_> {
        Credential::Bearer(&self.0)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// `1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`.
pub(super) fn is_b64token(token: &str) -> bool {
    let body = token.trim_end_matches('=');
    !body.is_empty()
        && body.bytes().all(|b| {
            b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~' | b'+' | b'/')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(header: &str) -> Credential<'_> {
        Credential::read([header.as_bytes()])
    }

    #[test]
    fn the_scheme_is_read_in_any_case() {
        for scheme in ["Bearer", "bearer", "BEARER"] {
            assert_eq!(read(&format!("{scheme} t0ken==")), Credential::Bearer("t0ken=="));
        }
    }

    #[test]
    fn another_scheme_is_no_credential() {
        assert_eq!(read("Basic dXNlcjpwYXNz"), Credential::Absent);
        assert_eq!(read("BearerX abc"), Credential::Absent);
    }

    #[test]
    fn what_is_outside_the_grammar_is_malformed() {
        for header in [
            "Bearer",
            "Bearer ",
            "Bearer a b",
            "Bearer a,b",
            "Bearer =",
            "Bearer a=b",
            "Bearer é",
            "Bearer a\t",
        ] {
            assert_eq!(read(header), Credential::Malformed, "{header:?}");
        }
        assert_eq!(Credential::read([b"Bearer a".as_slice(), b"Bearer a"]), Credential::Malformed);
        assert_eq!(Credential::read([b"Bearer \xff".as_slice()]), Credential::Malformed);
    }
}
