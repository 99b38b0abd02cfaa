//! The scope decision: all of a tool's scopes, from a verified caller, or nothing.

use crate::{
    error::Refusal,
    principal::Principal,
    scope::{Hierarchy, Scope},
    spec::Spec,
};

/// Lets a call pass where the tool is public, or the caller is verified and holds every scope.
pub(crate) fn authorize(
    spec: &Spec,
    principal: &Principal,
    hierarchy: &Hierarchy,
) -> Result<(), Refusal> {
    let required = spec.scopes();
    if required.is_empty() {
        return Ok(());
    }
    if !principal.verified() {
        return Err(Refusal::Unauthorized { required: required.to_vec() });
    }
    let missing: Vec<Scope> = required
        .iter()
        .filter(|scope| !hierarchy.satisfies(principal.scopes(), scope))
        .cloned()
        .collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(Refusal::Forbidden { required: required.to_vec(), missing })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        principal::Transport::{self, Http, Stdio},
        schema::Arguments,
        scope::ScopeSet,
        spec::{Access, Effect, Facts},
    };

    fn spec(access: Access) -> Spec {
        Spec::new(Facts::new("get_invoice", access, Effect::ReadOnly), Arguments::default(), None)
            .unwrap()
    }

    fn principal(verified: bool, scopes: &str, transport: Transport) -> Principal {
        let scopes = ScopeSet::parse(scopes).unwrap();
        Principal { scopes, verified, ..Principal::anonymous(transport) }
    }

    #[test]
    fn the_truth_table_of_a_scoped_tool() {
        let spec = spec(Access::Scopes(&["invoices:read"]));
        for (verified, scopes, transport, expected) in [
            (false, "", Http, "unauthorized"),
            (false, "invoices:read", Http, "unauthorized"),
            (false, "invoices:read", Stdio, "unauthorized"),
            (true, "", Http, "forbidden:scope"),
            (true, "invoices:readx", Http, "forbidden:scope"),
            (true, "invoices:read", Stdio, "allowed"),
            (true, "invoices:read", Http, "allowed"),
        ] {
            let decision =
                authorize(&spec, &principal(verified, scopes, transport), &Hierarchy::default());
            assert_eq!(decision.map_or_else(|refusal| refusal.reason(), |()| "allowed"), expected);
        }
    }

    #[test]
    fn every_scope_is_needed_and_all_missing_ones_are_named() {
        let spec = spec(Access::Scopes(&["a", "b", "c"]));
        let decision = authorize(&spec, &principal(true, "b", Http), &Hierarchy::default());
        assert_eq!(decision.unwrap_err().to_string(), "forbidden: missing scopes `a`, `c`");
    }

    #[test]
    fn a_public_tool_is_open_to_everyone() {
        assert!(
            authorize(&spec(Access::Public), &principal(false, "", Http), &Hierarchy::default())
                .is_ok()
        );
    }
}
