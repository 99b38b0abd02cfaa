//! Whatever stands in `#[expose(…)]` and below it: no panic, and what comes out is Rust with the user's own
//! function in it, or with the mistakes beside it.
//!
//! The first line of an input is what stands between the brackets, the rest is the item.

#![no_main]

use doorman_fuzz::{expose_function, expose_handler, redact};
use libfuzzer_sys::fuzz_target;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{File, Item, ItemFn};

fuzz_target!(|input: &str| {
    let (arguments, item) = input.split_once('\n').unwrap_or(("", input));
    let (Ok(arguments), Ok(item)) = (arguments.parse(), item.parse::<TokenStream>()) else {
        return;
    };
    let is_rust = syn::parse2::<File>(item.clone()).is_ok();
    let function = syn::parse2::<ItemFn>(item.clone()).ok();
    let arguments: TokenStream = arguments;
    for expose in [expose_function, expose_handler] {
        let code = expose(arguments.clone(), &item);
        assert!(!code.is_empty());
        if is_rust {
            let file = syn::parse2::<File>(code).expect("Rust comes out where Rust goes in");
            let kept = |function| file.items.iter().any(|item| is_same(item, function));
            assert!(function.as_ref().is_none_or(kept), "the function is still there");
        }
    }
    let code = redact(item);
    assert!(syn::parse2::<File>(code).is_ok(), "a derive adds Rust to whatever is there");
});

/// Whether an item is this function: its visibility, its name, what it answers and what it does.
fn is_same(item: &Item, function: &ItemFn) -> bool {
    let parts = |ItemFn { vis, sig, block, .. }: &ItemFn| {
        let (name, count, output) = (&sig.ident, sig.inputs.len(), &sig.output);
        quote!(#vis #name #count #output #block).to_string()
    };
    matches!(item, Item::Fn(item) if parts(item) == parts(function))
}
