//! The schema of a type under `#[derive(Redact)]`.
//!
//! A derive cannot change what another one reads. So a hidden copy of the type, with marks that schemars
//! understands in the place of ours, derives the schema, and the type has that of its copy.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{DeriveInput, Meta, Visibility, ext::IdentExt, parse_quote};

use crate::{
    args::{Arguments, Value},
    check,
    tool::Marked,
};

/// The implementation of `JsonSchema`, with every mistake.
pub(crate) fn redact(item: TokenStream) -> TokenStream {
    match check::marks(item) {
        Ok(marked) => code(marked),
        Err(error) => error.into_compile_error(),
    }
}

fn code(Marked { mut item, runtime, error }: Marked) -> TokenStream {
    let error = error.map(syn::Error::into_compile_error);
    let schemars = quote!(#runtime::private::schemars);
    let mirror = format_ident!("Redact{}", item.ident.unraw());
    let ident = std::mem::replace(&mut item.ident, mirror);
    let name = ident.unraw().to_string();
    item.vis = Visibility::Inherited;

    let (impl_generics, type_generics, where_clause) = item.generics.split_for_impl();
    let default = quote!(<#ident #type_generics as ::core::default::Default>::default).to_string();
    let mut copy = item.clone();
    let named = rewrite_default(&mut copy, &default);
    if !named {
        copy.attrs.push(parse_quote!(#[schemars(rename = #name)]));
    }
    let path = schemars.to_string();
    copy.attrs.push(parse_quote!(#[schemars(crate = #path)]));

    let mirror = &item.ident;
    let mirror = quote!(#mirror #type_generics);
    let bounds = where_clause.into_iter().flat_map(|clause| &clause.predicates);
    quote! {
        #error
        const _: () = {
            #[derive(#schemars::JsonSchema)]
            #[allow(dead_code, deprecated, non_camel_case_types, clippy::all, clippy::pedantic)]
            #copy

            #[automatically_derived]
            impl #impl_generics #schemars::JsonSchema for #ident #type_generics
            where
                #(#bounds,)*
                #mirror: #schemars::JsonSchema,
            {
                fn inline_schema() -> bool {
                    <#mirror as #schemars::JsonSchema>::inline_schema()
                }
                fn schema_name() -> #runtime::private::Cow<'static, str> {
                    <#mirror as #schemars::JsonSchema>::schema_name()
                }
                fn schema_id() -> #runtime::private::Cow<'static, str> {
                    <#mirror as #schemars::JsonSchema>::schema_id()
                }
                fn json_schema(generator: &mut #schemars::SchemaGenerator) -> #schemars::Schema {
                    <#mirror as #schemars::JsonSchema>::json_schema(generator)
                }
            }
        };
    }
}

/// Lets a lone `default` of the copy be that of the type. Says whether the type has another name.
fn rewrite_default(copy: &mut DeriveInput, default: &str) -> bool {
    let mut named = false;
    for attribute in &mut copy.attrs {
        let Meta::List(list) = &mut attribute.meta else { continue };
        if !(list.path.is_ident("serde") || list.path.is_ident("schemars")) {
            continue;
        }
        let words = Arguments::read(list.tokens.clone()).given;
        named |= words.iter().any(|word| word.key == "rename");
        let words = words.iter().map(|word| {
            let key = &word.key;
            match &word.value {
                Value::None if key == "default" => quote!(#key = #default),
                Value::None => quote!(#key),
                Value::Tokens(tokens) => quote!(#key = #tokens),
                Value::Other(tokens) => quote!(#key #tokens),
            }
        });
        list.tokens = quote!(#(#words),*);
    }
    named
}
