//! The function under `#[expose]` as written: the signature parsed, the body kept as tokens.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{
    Attribute, FnArg, Meta, Signature, Visibility,
    parse::{Parse, ParseStream},
};

/// A function whose body nobody reads: a half-typed one must not stop completion.
pub(crate) struct Function {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) signature: Signature,
    /// The block with its braces; a lone `;` in traits and `extern` blocks.
    pub(crate) body: TokenStream,
    /// The doc comments of each parameter. rustc refuses them there, so the signature has them no more.
    pub(crate) parameter_docs: Vec<Vec<Attribute>>,
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        let mut signature: Signature = input.parse()?;
        let parameter_docs = signature
            .inputs
            .iter_mut()
            .map(|parameter| {
                let attributes = match parameter {
                    FnArg::Receiver(receiver) => &mut receiver.attrs,
                    FnArg::Typed(typed) => &mut typed.attrs,
                };
                attributes.extract_if(.., |attribute| is_doc(attribute)).collect()
            })
            .collect();
        Ok(Self { attributes, visibility, signature, body: input.parse()?, parameter_docs })
    }
}

impl ToTokens for Function {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { attributes, visibility, signature, body, .. } = self;
        tokens.extend(quote!(#(#attributes)* #visibility #signature #body));
    }
}

fn is_doc(attribute: &Attribute) -> bool {
    matches!(&attribute.meta, Meta::NameValue(pair) if pair.path.is_ident("doc"))
}
