//! A fixed set of tokens: for a start, for tests, for machines without an authorization server.

use std::fmt;

use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConditionallySelectable as _, ConstantTimeEq as _};

use super::{
    credential::is_b64token,
    verifier::{TokenError, TokenVerifier, VerifiedToken},
};
use crate::error::Error;

/// Tokens that the program names itself. They are kept as SHA-256 digests only, and looking one up
/// takes the same time whichever it is; make them long and random, for a digest of a guessable word
/// can be guessed. `build()` refuses a token that no client can send (RFC 6750 §2.1).
///
/// ```
/// use doorman::{StaticTokens, VerifiedToken};
/// let token = VerifiedToken::new("alice").audience("https://api.example.com/mcp").scopes("invoices:read")?;
/// let tokens = StaticTokens::new().insert("a-long-random-string", token);
/// # Ok::<(), doorman::MalformedScope>(())
/// ```
#[derive(Default)]
pub struct StaticTokens {
    known: Vec<([u8; 32], VerifiedToken)>,
    /// How many tokens cannot stand in a header.
    unsendable: usize,
}

impl StaticTokens {
    /// No tokens.
    ///
    /// ```
    /// let tokens = doorman::StaticTokens::new();
    /// assert_eq!(format!("{tokens:?}"), "StaticTokens(0)");
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a token and what it says. The first of two equal tokens counts.
    ///
    /// ```
    /// # use doorman::{StaticTokens, VerifiedToken};
    /// let alice = VerifiedToken::new("alice").audience("https://api.example.com/mcp");
    /// let tokens = StaticTokens::new().insert("t0ken", alice);
    /// assert_eq!(format!("{tokens:?}"), "StaticTokens(1)");
    /// ```
    #[must_use]
    pub fn insert(mut self, token: &str, says: VerifiedToken) -> Self {
        self.unsendable += usize::from(!is_b64token(token));
        self.known.push((digest(token), says));
        self
    }
}

impl TokenVerifier for StaticTokens {
    async fn verify(&self, token: &str) -> Result<VerifiedToken, TokenError> {
        let shown = digest(token);
        let mut found = u64::MAX;
        for (index, (kept, _)) in (0_u64..).zip(&self.known) {
            let first: Choice = found.ct_eq(&u64::MAX);
            found.conditional_assign(&index, kept.ct_eq(&shown) & first);
        }
        let entry = usize::try_from(found).ok().and_then(|index| self.known.get(index));
        entry.map(|(_, says)| says.clone()).ok_or(TokenError::Invalid("unknown token"))
    }

    fn check(&self) -> Result<(), Error> {
        if self.unsendable == 0 {
            return Ok(());
        }
        Err(Error::Setting {
            setting: "StaticTokens",
            problem: format!("holds {} token(s) that no client can send", self.unsendable),
            allowed: "letters, digits and `- . _ ~ + /`, with `=` at the end only (RFC 6750 §2.1)",
        })
    }
}

/// Shows the number of tokens.
impl fmt::Debug for StaticTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StaticTokens({})", self.known.len())
    }
}

fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    fn verify(tokens: &StaticTokens, token: &str) -> Option<String> {
        tokens
            .verify(token)
            .now_or_never()
            .expect("nothing to wait for")
            .ok()
            .map(|token| token.subject)
    }

    #[test]
    fn only_the_whole_token_is_known() {
        let tokens = StaticTokens::new()
            .insert("reader-token", VerifiedToken::new("reader"))
            .insert("writer-token", VerifiedToken::new("writer"))
            .insert("reader-token", VerifiedToken::new("second"));
        assert_eq!(verify(&tokens, "reader-token").as_deref(), Some("reader"));
        assert_eq!(verify(&tokens, "writer-token").as_deref(), Some("writer"));
        for other in ["", "reader", "reader-token ", "READER-TOKEN"] {
            assert_eq!(verify(&tokens, other), None);
        }
    }

    #[test]
    fn no_token_is_kept_in_clear() {
        let tokens = StaticTokens::new().insert("reader-token", VerifiedToken::new("reader"));
        assert_eq!(format!("{tokens:?}"), "StaticTokens(1)");
        assert!(
            tokens.known.iter().all(|(kept, _)| kept.windows(6).all(|window| window != b"reader"))
        );
    }
}
