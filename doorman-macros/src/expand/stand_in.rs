//! What stands in for a refused function, so that `tools![]` adds no second, misleading error.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ReturnType;

use super::{call_by, cfgs, kind};
use crate::tool::{Exposed, Kind};

/// The way to the function, or to nothing where it cannot be a tool at all.
pub(super) fn call(exposed: &Exposed, fits: bool) -> TokenStream {
    match (fits, exposed.kind) {
        (true, _) => super::call(exposed),
        (false, Kind::Handler) => call_by(
            exposed,
            &quote!(
                async fn __call() {}
            ),
        ),
        (false, Kind::Function) => call_by(
            exposed,
            &quote!(
                fn __call() {}
            ),
        ),
    }
}

/// Facts that open nothing, and bodies that ask nothing: the mistakes are already told.
pub(super) fn facts(exposed: &Exposed, name: &str, fits: bool) -> TokenStream {
    let Exposed { runtime, ident, .. } = exposed;
    let private = quote!(#runtime::private);
    let cfgs = cfgs(exposed);
    let facts = quote! {
        const FACTS: #private::Facts = #private::Facts::new(
            #name,
            #private::Access::Scopes(&["refused"]),
            #private::Effect::Destructive,
        );
    };
    let implementation = match exposed.kind {
        Kind::Handler => quote! {
            impl #private::Handler for #ident {
                #facts
                const METHOD: #private::Method = #private::Method::Post;
                const PATH: &'static str = "/refused";
                fn arguments(_: &mut #private::Shape) {}
                fn answered() -> #runtime::Answered {
                    #runtime::Answered::Empty
                }
            }
        },
        Kind::Function => {
            let (kind, output) = match (&exposed.function.signature.output, fits) {
                (ReturnType::Type(_, output), true) => (kind(exposed), quote!(#output)),
                (ReturnType::Default, true) => (kind(exposed), quote!(())),
                (_, false) => (quote!(Sync), quote!(())),
            };
            quote! {
                impl #private::Function for #ident {
                    #facts
                    const PARAMETERS: &'static [&'static str] = &[];
                    type Kind = #private::#kind;
                    type Output = #output;
                    fn arguments(_: &mut #private::Arguments) {}
                    fn answer() -> #private::Answer<Self::Output> {
                        #private::Answer::none()
                    }
                }
            }
        }
    };
    quote!(#(#cfgs)* #implementation)
}
