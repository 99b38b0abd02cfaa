//! Writes the code of a checked tool, or what stands in for a refused one.

#[cfg(test)]
mod golden;
mod mirror;
mod stand_in;

pub(crate) use self::mirror::redact;
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Attribute, FnArg, Type};

use crate::{
    check,
    doc::Part,
    tool::{Access, Effect, Exposed, Kind, Method, Outcome, Route, Tool, Unless},
};

/// The item with what makes it a tool, or with every mistake.
pub(crate) fn expose(kind: Kind, arguments: TokenStream, item: &TokenStream) -> TokenStream {
    match check::check(kind, arguments, item.clone()) {
        Ok(exposed) => code(&exposed),
        Err(error) => {
            let error = error.into_compile_error();
            quote!(#error #item)
        }
    }
}

fn code(exposed: &Exposed) -> TokenStream {
    let function = &exposed.function;
    let hidden_type = hidden_type(exposed);
    match &exposed.outcome {
        Outcome::Tool(tool) => {
            let call = call(exposed);
            let tool = match &tool.route {
                Some(route) => handler(exposed, tool, route),
                None => plain_function(exposed, tool),
            };
            let by_value = by_value(exposed);
            quote!(#by_value #function #hidden_type #call #tool)
        }
        Outcome::StandIn { error, name, fits } => {
            let error = error.to_compile_error();
            let call = stand_in::call(exposed, *fits);
            let facts = stand_in::facts(exposed, name, *fits);
            quote!(#error #function #hidden_type #call #facts)
        }
    }
}

/// A call's arguments are the function's to own, whether it keeps them or not; clippy's advice to
/// borrow them cannot be followed. It gives none for an `async` function.
fn by_value(exposed: &Exposed) -> Option<TokenStream> {
    let signature = &exposed.function.signature;
    let advised = signature.asyncness.is_none() && !signature.inputs.is_empty();
    advised.then(|| quote!(#[allow(clippy::needless_pass_by_value)]))
}

/// The type that stands for the function wherever a type is asked. It has the user's own identifier,
/// so that "go to definition" and "rename" see one thing.
fn hidden_type(exposed: &Exposed) -> TokenStream {
    let cfgs = cfgs(exposed);
    let visibility = visibility(exposed);
    let ident = &exposed.ident;
    // A name given by `tool = …` is the user's to write in camel case.
    let allow = (!exposed.is_renamed()).then(|| quote!(#[allow(non_camel_case_types)]));
    quote! {
        #(#cfgs)*
        #[doc(hidden)]
        #[non_exhaustive]
        #allow
        #visibility enum #ident {}
    }
}

/// The way from the type to the function. `tools![]` takes it, and not the function's name, because a
/// name can mean two things: a local function hides the value, and leaves the type.
fn call(exposed: &Exposed) -> TokenStream {
    let signature = &exposed.function.signature;
    let (function, asyncness, output) = (&signature.ident, &signature.asyncness, &signature.output);
    let types = signature.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(typed) => Some(&typed.ty),
        FnArg::Receiver(_) => None,
    });
    let names: Vec<_> = (0..signature.inputs.len())
        .map(|index| mixed_site(&format!("parameter_{index}")))
        .collect();
    let wait = asyncness.map(|_| quote!(.await));
    call_by(
        exposed,
        &quote! {
            #asyncness fn __call(#(#names: #types),*) #output {
                // As a value, so that clippy does not ask for less `async` than a tool may need.
                let function = #function;
                function(#(#names),*) #wait
            }
        },
    )
}

fn call_by(exposed: &Exposed, function: &TokenStream) -> TokenStream {
    let cfgs = cfgs(exposed);
    let ident = &exposed.ident;
    quote! {
        #(#cfgs)*
        impl #ident {
            #[doc(hidden)]
            #[allow(clippy::too_many_arguments, deprecated)]
            pub #function
        }
    }
}

fn handler(exposed: &Exposed, tool: &Tool, route: &Route) -> TokenStream {
    let Exposed { runtime, ident, .. } = exposed;
    let private = quote!(#runtime::private);
    let cfgs = cfgs(exposed);
    let facts = facts(&private, tool);
    let method = method(route.method);
    let path = &route.path;
    let output = &tool.output;
    let arguments = arguments(tool, &quote!(shape), &private, "ARGUMENT");
    let arguments = match &arguments {
        None => quote!(fn arguments(_: &mut #private::Shape) {}),
        Some(arguments) => quote! {
            fn arguments(shape: &mut #private::Shape) {
                use #private::OtherArgument as _;
                #arguments
            }
        },
    };
    let assertions = assertions(
        exposed,
        tool,
        |ty| quote!(<#private::Probe<#ty>>::ARGUMENT.asks() || !<#private::BodyProbe<#ty>>::TAKES_BODY),
    );
    quote! {
        #(#cfgs)*
        impl #private::Handler for #ident {
            const FACTS: #private::Facts = #facts;
            const METHOD: #private::Method = #private::Method::#method;
            const PATH: &'static str = #path;
            #arguments
            fn answered() -> #runtime::Answered {
                <#output as #runtime::Answer>::answered()
            }
        }
        #assertions
    }
}

fn plain_function(exposed: &Exposed, tool: &Tool) -> TokenStream {
    let Exposed { runtime, ident, .. } = exposed;
    let private = quote!(#runtime::private);
    let cfgs = cfgs(exposed);
    let facts = facts(&private, tool);
    let names = tool.parameters.iter().map(|parameter| &parameter.name);
    let kind = kind(exposed);
    let output = &tool.output;
    let arguments = arguments(tool, &quote!(arguments), &private, "PARAMETER");
    let arguments = match &arguments {
        None => quote!(fn arguments(_: &mut #private::Arguments) {}),
        Some(described) => quote! {
            fn arguments(arguments: &mut #private::Arguments) {
                use #private::OtherParameter as _;
                #described
            }
        },
    };
    let answer = probe(&private, output, "ANSWER", "answer");
    let assertions =
        assertions(exposed, tool, |ty| quote!(!<#private::Probe<#ty>>::PARAMETER.asks()));
    quote! {
        #(#cfgs)*
        impl #private::Function for #ident {
            const FACTS: #private::Facts = #facts;
            const PARAMETERS: &'static [&'static str] = &[#(#names),*];
            type Kind = #private::#kind;
            type Output = #output;
            #arguments
            fn answer() -> #private::Answer<#output> {
                use #private::OtherAnswer as _;
                #answer()
            }
        }
        #assertions
    }
}

/// What was said, and nothing that is the default anyway.
fn facts(private: &TokenStream, tool: &Tool) -> TokenStream {
    let name = &tool.name;
    let access = match &tool.access {
        Access::Public => quote!(Public),
        Access::Scopes(scopes) => quote!(Scopes(&[#(#scopes),*])),
    };
    let effect = match &tool.effect {
        Effect::ReadOnly => quote!(ReadOnly),
        Effect::Additive(reason) => quote!(Additive { reason: #reason }),
        Effect::Destructive => quote!(Destructive),
    };
    let title = tool.title.as_ref().map(|title| quote!(.title(#title)));
    let description = (!tool.description.is_empty()).then(|| {
        let description = text(&tool.description);
        quote!(.description(#description))
    });
    let idempotent = tool.idempotent.then(|| quote!(.idempotent(true)));
    let open_world = (!tool.open_world).then(|| quote!(.open_world(false)));
    let timeout = tool
        .timeout_millis
        .map(|millis| quote!(.timeout(::core::time::Duration::from_millis(#millis))));
    let rate = tool.rate.as_ref().map(|rate| quote!(.rate(#rate)));
    let cost = tool.cost.map(|cost| quote!(.cost(#cost)));
    let redact = (!tool.redact.is_empty()).then(|| {
        let keys = &tool.redact;
        quote!(.redact(&[#(#keys),*]))
    });
    quote! {
        #private::Facts::new(#name, #private::Access::#access, #private::Effect::#effect)
            #title #description #idempotent #open_world #timeout #rate #cost #redact
    }
}

/// One statement for each parameter; `None` where there is none.
fn arguments(
    tool: &Tool,
    collector: &TokenStream,
    private: &TokenStream,
    constant: &str,
) -> Option<TokenStream> {
    let statements = tool.parameters.iter().map(|parameter| {
        let describe = probe(private, &parameter.ty, constant, "describe");
        let (name, description) = (&parameter.name, text(&parameter.description));
        quote!(#describe(#collector, #name, #description);)
    });
    (!tool.parameters.is_empty()).then(|| statements.collect())
}

/// What only rustc can judge, because it knows the types.
fn assertions(
    exposed: &Exposed,
    tool: &Tool,
    condition: impl Fn(&Type) -> TokenStream,
) -> Option<TokenStream> {
    let runtime = &exposed.runtime;
    let assertions: Vec<_> = tool
        .parameters
        .iter()
        .filter_map(|parameter| Some((condition(&parameter.ty), parameter.unless.as_ref()?)))
        .map(|(condition, unless)| assertion(&condition, unless))
        .collect();
    let traits = match exposed.kind {
        Kind::Handler => quote!({NoBody as _, OtherArgument as _}),
        Kind::Function => quote!(OtherParameter as _),
    };
    let cfgs = cfgs(exposed);
    (!assertions.is_empty()).then(|| {
        quote! {
            #(#cfgs)*
            const _: () = {
                use #runtime::private::#traits;
                #(#assertions)*
            };
        }
    })
}

/// An `assert!` that stands, for rustc's messages, where the user wrote what it is about.
fn assertion(condition: &TokenStream, Unless { at, message }: &Unless) -> TokenStream {
    let (first, last) = ends(at);
    // The message is a format string.
    let message = message.replace('{', "{{").replace('}', "}}");
    let mut inside = Group::new(Delimiter::Parenthesis, quote!(#condition, #message));
    inside.set_span(here(last));
    let assert = quote_spanned!(here(first)=> ::core::assert!);
    quote!(#assert #inside;)
}

/// Asks the runtime what a type is. rustc points at the ends of what is called, or at the method, when
/// a bound does not hold, so these stand where the user wrote the type.
fn probe(private: &TokenStream, ty: &Type, constant: &str, method: &str) -> TokenStream {
    let (first, last) = ends(&ty.to_token_stream());
    let open = quote_spanned!(first=> <);
    let constant = Ident::new(constant, last);
    let method = Ident::new(method, first);
    quote!(#open #private::Probe<#ty>>::#constant.#method)
}

/// The places of the first and the last token.
fn ends(tokens: &TokenStream) -> (Span, Span) {
    let mut spans = tokens.clone().into_iter().map(|token| token.span());
    let first = spans.next().unwrap_or_else(Span::call_site);
    (first, spans.last().unwrap_or(first))
}

/// A text as one literal, or as `concat!` where rustc must read a file or a macro first.
fn text(parts: &[Part]) -> TokenStream {
    let parts: Vec<_> = parts
        .iter()
        .map(|part| match part {
            Part::Text(text) => text.to_token_stream(),
            Part::Expression(expression) => expression.to_token_stream(),
        })
        .collect();
    match parts.as_slice() {
        [] => quote!(""),
        [one] => one.clone(),
        more => quote!(::core::concat!(#(#more),*)),
    }
}

fn kind(exposed: &Exposed) -> TokenStream {
    if exposed.function.signature.asyncness.is_some() { quote!(Async) } else { quote!(Sync) }
}

fn method(method: Method) -> TokenStream {
    match method {
        Method::Get => quote!(Get),
        Method::Post => quote!(Post),
        Method::Put => quote!(Put),
        Method::Patch => quote!(Patch),
        Method::Delete => quote!(Delete),
    }
}

/// The conditions of the function are those of everything beside it.
fn cfgs(exposed: &Exposed) -> impl Iterator<Item = &Attribute> {
    exposed.function.attributes.iter().filter(|attribute| attribute.path().is_ident("cfg"))
}

/// The function's visibility as the macro's own, so that lints about it speak of the function only.
fn visibility(exposed: &Exposed) -> TokenStream {
    let own = |mut token: TokenTree| {
        token.set_span(here(token.span()));
        token
    };
    exposed.function.visibility.to_token_stream().into_iter().map(own).collect()
}

/// A place in the user's code, with names that resolve there, but known to be generated: lints of
/// style then leave it alone.
fn here(place: Span) -> Span {
    Span::call_site().located_at(place)
}

fn mixed_site(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}
