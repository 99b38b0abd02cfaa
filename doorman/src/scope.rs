//! Scopes: their grammar (RFC 6749 §3.3), sets of them, and which scope implies which.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

/// A text that is no scope by RFC 6749 §3.3.
///
/// ```
/// let mistake = doorman::Scope::parse("a b").unwrap_err();
/// assert_eq!(
///     mistake.to_string(),
///     "`a b` is no scope: it is printable ASCII without space, `\"` and `\\`, and not empty"
/// );
/// ```
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is no scope: it is {}", Self::ALLOWED)]
pub struct MalformedScope {
    found: String,
}

impl MalformedScope {
    pub(crate) const ALLOWED: &str = "printable ASCII without space, `\"` and `\\`, and not empty";

    fn new(text: &str) -> Self {
        Self { found: text.chars().take(64).flat_map(char::escape_debug).collect() }
    }
}

/// The same words: `main` shows an error by its `Debug`.
impl fmt::Debug for MalformedScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// One scope token: printable ASCII without space, `"` and `\` (RFC 6749 §3.3).
///
/// ```
/// use doorman::Scope;
/// assert!(Scope::parse("invoices:read").is_ok());
/// assert!(Scope::parse("invoices read").is_err());
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope(Arc<str>);

impl Scope {
    /// Reads one scope token.
    ///
    /// ```
    /// let scope = doorman::Scope::parse("invoices:read")?;
    /// assert!(doorman::Scope::parse("").is_err());
    /// # Ok::<(), doorman::MalformedScope>(())
    /// ```
    ///
    /// # Errors
    /// [`MalformedScope`] where the text is empty or holds a character that RFC 6749 §3.3 forbids.
    pub fn parse(text: &str) -> Result<Self, MalformedScope> {
        if text.is_empty() || !text.bytes().all(|b| matches!(b, 0x21 | 0x23..=0x5B | 0x5D..=0x7E)) {
            return Err(MalformedScope::new(text));
        }
        Ok(Self(text.into()))
    }

    /// The token as it travels.
    ///
    /// ```
    /// assert_eq!(doorman::Scope::parse("invoices:read")?.as_str(), "invoices:read");
    /// # Ok::<(), doorman::MalformedScope>(())
    /// ```
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", &*self.0)
    }
}

/// The scopes that a caller holds, in stable order.
///
/// ```
/// use doorman::ScopeSet;
/// let scopes = ScopeSet::parse("invoices:write invoices:read")?;
/// assert_eq!(scopes.to_string(), "invoices:read invoices:write");
/// # Ok::<(), doorman::MalformedScope>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ScopeSet(BTreeSet<Scope>);

impl ScopeSet {
    /// Reads scope tokens with single spaces between them, as the `scope` claim holds them.
    ///
    /// ```
    /// # use doorman::ScopeSet;
    /// assert_eq!(ScopeSet::parse("invoices:read invoices:write")?.iter().count(), 2);
    /// assert!(ScopeSet::parse("invoices:read  invoices:write").is_err());
    /// # Ok::<(), doorman::MalformedScope>(())
    /// ```
    ///
    /// # Errors
    /// [`MalformedScope`] where one of them is malformed; no part of the text is then used.
    pub fn parse(text: &str) -> Result<Self, MalformedScope> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        text.split(' ').map(Scope::parse).collect::<Result<_, _>>().map(Self)
    }

    /// Whether exactly this scope is held; what it implies is the hierarchy's matter.
    ///
    /// ```
    /// # use doorman::{Scope, ScopeSet};
    /// let scopes = ScopeSet::parse("invoices:write")?;
    /// assert!(scopes.contains(&Scope::parse("invoices:write")?));
    /// assert!(!scopes.contains(&Scope::parse("invoices")?));
    /// # Ok::<(), doorman::MalformedScope>(())
    /// ```
    #[must_use]
    pub fn contains(&self, scope: &Scope) -> bool {
        self.0.contains(scope)
    }

    /// The scopes, in order.
    ///
    /// ```
    /// let scopes = doorman::ScopeSet::parse("b a")?;
    /// let names: Vec<_> = scopes.iter().map(|scope| scope.as_str()).collect();
    /// assert_eq!(names, ["a", "b"]);
    /// # Ok::<(), doorman::MalformedScope>(())
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = &Scope> {
        self.0.iter()
    }
}

impl FromIterator<Scope> for ScopeSet {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().collect())
    }
}

impl fmt::Display for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, scope) in self.0.iter().enumerate() {
            write!(f, "{}{scope}", if index == 0 { "" } else { " " })?;
        }
        Ok(())
    }
}

impl fmt::Debug for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(&self.0).finish()
    }
}

/// Which broader scope satisfies which narrower ones: what is written down, and never a prefix.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hierarchy {
    /// Narrower scope → every scope that satisfies it in its place.
    broader: BTreeMap<Scope, BTreeSet<Scope>>,
}

impl Hierarchy {
    /// Says that `broad` satisfies `narrow`, and with it whatever `narrow` satisfies.
    pub(crate) fn imply(&mut self, broad: &Scope, narrow: &Scope) {
        let above = |hierarchy: &Self, scope: &Scope| {
            hierarchy.broader.get(scope).into_iter().flatten().cloned().collect::<Vec<_>>()
        };
        let mut sources = above(self, broad);
        sources.push(broad.clone());
        let below: Vec<Scope> = self
            .broader
            .iter()
            .filter(|(_, above)| above.contains(narrow))
            .map(|(s, _)| s.clone())
            .collect();
        for target in below.into_iter().chain([narrow.clone()]) {
            self.broader.entry(target).or_default().extend(sources.iter().cloned());
        }
    }

    /// Whether the held scopes satisfy the needed one.
    pub(crate) fn satisfies(&self, held: &ScopeSet, needed: &Scope) -> bool {
        held.contains(needed)
            || self
                .broader
                .get(needed)
                .is_some_and(|broader| broader.iter().any(|s| held.contains(s)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(text: &str) -> Scope {
        Scope::parse(text).unwrap()
    }

    #[test]
    fn a_prefix_satisfies_nothing() {
        let held = ScopeSet::parse("tools tools: tools:readx tools:rea").unwrap();
        assert!(!Hierarchy::default().satisfies(&held, &scope("tools:read")));
    }

    #[test]
    fn a_broader_scope_satisfies_over_several_steps_in_any_order_of_declaration() {
        let steps = [("admin", "write"), ("write", "read"), ("read", "list")];
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0], [0, 2, 1]] {
            let mut hierarchy = Hierarchy::default();
            for step in order {
                hierarchy.imply(&scope(steps[step].0), &scope(steps[step].1));
            }
            assert!(
                hierarchy.satisfies(&ScopeSet::parse("admin").unwrap(), &scope("list")),
                "{order:?}"
            );
            assert!(
                !hierarchy.satisfies(&ScopeSet::parse("list").unwrap(), &scope("admin")),
                "{order:?}"
            );
        }
    }

    #[test]
    fn a_scope_set_with_one_malformed_token_is_refused_whole() {
        for text in ["a  b", " a", "a ", "a\nb", "a\tb", "é", "a\"b", "a\\b", "\u{0}"] {
            assert!(ScopeSet::parse(text).is_err(), "{text:?}");
        }
    }
}
