//! Three whole expansions, kept in `golden` to be read. `UPDATE_GOLDEN=1` rewrites them.

use std::{env, fs, path::PathBuf};

use quote::quote;

use crate::{expand::expose, tool::Kind};

#[test]
fn a_handler_expands_to_what_was_reviewed() {
    let arguments = quote!(
        post = "/invoices/{id}/refund",
        scopes = ["invoices:write"],
        destructive,
        timeout = "5s",
        title = "Refund an invoice",
        redact = ["amount", "card.*"],
        rate = "5/min per_caller",
        cost = 10
    );
    let item = quote! {
        /// Refunds an invoice.
        #[tracing::instrument]
        pub async fn refund(
            /// The invoice's number.
            Path(id): Path<u64>,
            State(db): State<Db>,
            Json(order): Json<Refund>,
        ) -> Result<Json<Receipt>, ApiError> {
            db.refund(id, order).await
        }
    };
    assert_golden("handler", Kind::Handler, arguments, &item);
}

#[test]
fn a_function_expands_to_what_was_reviewed() {
    let arguments = quote!(public, read_only, tool = GreetTool, crate = ::facade::doorman);
    let item = quote! {
        /// Greets.
        pub(crate) fn greet(State(greeting): State<Greeting>, _: Principal, name: String) -> String {
            greeting.to(name)
        }
    };
    assert_golden("function", Kind::Function, arguments, &item);
}

#[test]
fn a_refused_function_expands_to_what_was_reviewed() {
    let arguments = quote!(scopes = []);
    let item = quote! {
        /// Adds.
        fn add<T>(a: T, b: T) -> T {
            a + b
        }
    };
    assert_golden("refused", Kind::Function, arguments, &item);
}

#[test]
fn a_half_typed_body_is_kept() {
    for item in [quote!(fn add(a: i64) { a. }), quote!(fn add(a: i64) { let = ; })] {
        let code = expose(Kind::Function, quote!(public, read_only), &item).to_string();
        assert!(code.contains(&item.to_string()), "{code}");
        assert!(!code.contains("compile_error"), "{code}");
    }
}

#[test]
fn another_runtime_replaces_every_path_to_the_usual_one() {
    let items = [
        quote!(
            async fn add(a: A, b: B) -> C {}
        ),
        quote!(
            async fn add(a: &A) {}
        ),
    ];
    for (item, kind) in
        items.iter().flat_map(|item| [(item, Kind::Handler), (item, Kind::Function)])
    {
        let mut arguments = quote!(public, crate = ::elsewhere::mcp);
        arguments.extend(match kind {
            Kind::Handler => quote!(, get = "/add"),
            Kind::Function => quote!(, read_only),
        });
        let code =
            expose(kind, arguments, item).to_string().replace("`doorman_axum::Describe`", "");
        assert!(code.contains(":: elsewhere :: mcp :: private"), "{code}");
        assert!(!code.contains("doorman"), "{code}");
    }
}

fn assert_golden(
    name: &str,
    kind: Kind,
    arguments: proc_macro2::TokenStream,
    item: &proc_macro2::TokenStream,
) {
    let code = expose(kind, arguments, item).to_string();
    let code = prettyplease::unparse(&syn_2::parse_file(&code).unwrap());
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("golden/{name}.rs"));
    if env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&file, &code).unwrap();
    }
    assert_eq!(code, fs::read_to_string(&file).unwrap(), "UPDATE_GOLDEN=1 rewrites {file:?}");
}
