//! The function: what a tool's signature can be, and what each parameter is called.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    Attribute, FnArg, GenericArgument, Pat, PathArguments, ReturnType, Safety, Signature, Type,
    Visibility,
    ext::IdentExt,
    parse::{ParseStream, Parser},
    parse_quote, parse2,
};

use super::text;
use crate::{
    doc::Doc,
    errors::Errors,
    handler::Function,
    tool::{Kind, Parameter, Unless},
};

/// Reads the item; `None` where nothing could stand beside it in place of a tool.
pub(super) fn function(errors: &mut Errors, item: TokenStream) -> Option<Function> {
    let Ok(function) = parse2::<Function>(item.clone()) else {
        errors.refuse(
            head.parse2(item).unwrap_or_default(),
            "`#[expose]` makes a function a tool, and this is no function",
            "write `#[expose]` on a `fn`",
        );
        return None;
    };
    if let Some(receiver) = function.signature.receiver() {
        errors.refuse(
            receiver,
            "a method cannot be a tool",
            "write a free function; shared things come as `State<…>`",
        );
        return None;
    }
    if function.body.to_string() == ";" {
        errors.refuse(
            &function.signature,
            "a function without a body cannot be a tool",
            "write a free function with a body",
        );
        return None;
    }
    Some(function)
}

/// Refuses signatures that no tool can have. Says whether the function can stand in `tools![]`.
pub(super) fn check(errors: &mut Errors, kind: Kind, function: &Function) -> bool {
    let signature = &function.signature;
    let qualifiers = check_qualifiers(errors, kind, signature);
    let generics = check_generics(errors, signature);
    let mut fits = qualifiers && generics;
    for parameter in &signature.inputs {
        if let FnArg::Typed(typed) = parameter {
            fits &= generics && check_type(errors, kind, &typed.ty);
            check_attributes(errors, &typed.attrs);
            if kind == Kind::Handler
                && matches!(&*typed.ty, Type::Tuple(tuple) if !tuple.elems.is_empty())
            {
                errors.refuse(
                    &typed.ty,
                    "a tuple of extractors does not say what it asks of the caller",
                    "make each extractor a parameter of its own",
                );
            }
        }
    }
    let most = match kind {
        Kind::Handler => 16,
        Kind::Function => 12,
    };
    if let Some(parameter) = signature.inputs.iter().nth(most) {
        errors.refuse(
            parameter,
            &format!("a tool has at most {most} parameters"),
            "put several of them into one struct",
        );
        fits = false;
    }
    if let ReturnType::Type(_, output) = &signature.output
        && let Some(opaque) = find(output.to_token_stream(), "impl")
    {
        errors.refuse(
            opaque,
            "`impl …` hides from the agent what this function answers",
            match kind {
                Kind::Handler => "name the type, as in `Json<T>` or `Result<Json<T>, E>`",
                Kind::Function => "name the type",
            },
        );
        fits &= kind == Kind::Handler;
    }
    fits
}

/// The parameters, with the names and descriptions that the agent reads.
pub(super) fn parameters(errors: &mut Errors, kind: Kind, function: &Function) -> Vec<Parameter> {
    let inputs = function.signature.inputs.iter().zip(&function.parameter_docs);
    let typed = inputs.filter_map(|(input, docs)| match input {
        FnArg::Typed(typed) => Some((typed, docs)),
        FnArg::Receiver(_) => None,
    });
    let last = function.signature.inputs.len().saturating_sub(1);
    let mut parameters = Vec::new();
    for (index, (typed, docs)) in typed.enumerate() {
        let name = name_of(&typed.pat).unwrap_or_default();
        let ty = &typed.ty;
        let unless = match kind {
            Kind::Handler if index == last => Some(Unless {
                at: ty.to_token_stream(),
                message: format!(
                    "`{}` takes the body but cannot be described: use `Json<T>`, or implement `doorman_axum::Describe`",
                    shown(ty)
                ),
            }),
            Kind::Function if name.is_empty() => nameless(errors, &typed.pat, ty),
            Kind::Handler | Kind::Function => None,
        };
        parameters.push(Parameter {
            name,
            ty: (**ty).clone(),
            description: text::doc_comment(errors, &Doc::read(docs)).unwrap_or_default(),
            unless,
        });
    }
    parameters
}

/// The declared return type.
pub(super) fn output(function: &Function) -> Type {
    match &function.signature.output {
        ReturnType::Default => parse_quote!(()),
        ReturnType::Type(_, output) => (**output).clone(),
    }
}

fn check_qualifiers(errors: &mut Errors, kind: Kind, signature: &Signature) -> bool {
    let mut fits = true;
    if let Some(constness) = &signature.constness {
        let mistake = "a `const fn` cannot be a tool: a tool does its work when it is called";
        errors.refuse(constness, mistake, "remove `const`");
    }
    if kind == Kind::Handler && signature.asyncness.is_none() {
        let help = "write `async fn`";
        errors.refuse(signature.fn_token, "a handler is `async`, and this function is not", help);
        fits = false;
    }
    if let Safety::Unsafe(unsafety) = &signature.safety {
        let mistake = "an `unsafe` function cannot be a tool: an agent cannot keep its conditions";
        errors.refuse(unsafety, mistake, "write a safe function that checks them, and expose that");
        fits = false;
    }
    if let Some(abi) = &signature.abi {
        let mistake = "an `extern` function cannot be a tool";
        errors.refuse(abi, mistake, "write an ordinary function that calls it, and expose that");
        fits = false;
    }
    if let Some(variadic) = &signature.variadic {
        let help = "name each parameter, or take a `Vec<T>`";
        errors.refuse(variadic.dots, "a tool has a fixed number of parameters", help);
        fits = false;
    }
    fits
}

fn check_generics(errors: &mut Errors, signature: &Signature) -> bool {
    let generics = &signature.generics;
    if !generics.params.is_empty() {
        errors.refuse(
            &generics.params,
            "a generic function cannot be a tool: an agent cannot choose its types",
            "write the types, or expose a function that calls it with them",
        );
        return false;
    }
    if let Some(clause) = &generics.where_clause {
        errors.refuse(
            clause,
            "a tool has no `where` clause: nothing in it is generic",
            "remove it",
        );
    }
    true
}

fn check_type(errors: &mut Errors, kind: Kind, ty: &Type) -> bool {
    if let Some(opaque) = find(ty.to_token_stream(), "impl") {
        errors.refuse(
            opaque,
            "an `impl …` parameter cannot be a tool's: an agent cannot choose its type",
            "name the type",
        );
        return false;
    }
    let Some(reference) = borrowed(ty) else { return true };
    errors.refuse(
        reference,
        "a tool's parameter cannot borrow: nothing outlives the call that it could borrow from",
        match kind {
            Kind::Handler => "take an extractor, such as `Path<T>`, `State<T>` or `Json<T>`",
            Kind::Function => "take an owned type, such as `String` or `Vec<T>`",
        },
    );
    false
}

/// `#[cfg]` on a parameter, or what becomes one, would have to be repeated wherever the parameter is.
fn check_attributes(errors: &mut Errors, attributes: &[Attribute]) {
    let conditional = |attribute: &&Attribute| {
        attribute.path().is_ident("cfg") || attribute.path().is_ident("cfg_attr")
    };
    for attribute in attributes.iter().filter(conditional) {
        errors.refuse(
            attribute,
            "a tool's parameters are the same in every build",
            "put `#[cfg(…)]` on two whole functions",
        );
    }
}

/// The first reference or lifetime in a type, where it must be owned. `'static` is left to rustc
/// inside of other types: `State<&'static str>` is fine.
fn borrowed(ty: &Type) -> Option<TokenStream> {
    match ty {
        Type::Reference(_) => Some(ty.to_token_stream()),
        Type::Tuple(tuple) => tuple.elems.iter().find_map(borrowed_inside),
        Type::Array(array) => borrowed_inside(&array.elem),
        Type::Paren(paren) => borrowed(&paren.elem),
        Type::Group(group) => borrowed(&group.elem),
        Type::Path(path) => {
            path.path.segments.iter().find_map(|segment| match &segment.arguments {
                PathArguments::AngleBracketed(arguments) => {
                    arguments.args.iter().find_map(|argument| match argument {
                        GenericArgument::Type(inside) => borrowed_inside(inside),
                        GenericArgument::Lifetime(lifetime) if lifetime.ident != "static" => {
                            Some(lifetime.to_token_stream())
                        }
                        _ => None,
                    })
                }
                _ => None,
            })
        }
        _ => None,
    }
}

fn borrowed_inside(ty: &Type) -> Option<TokenStream> {
    match ty {
        Type::Reference(reference)
            if reference.lifetime.as_ref().is_some_and(|lifetime| lifetime.ident == "static") =>
        {
            borrowed(&reference.elem)
        }
        ty => borrowed(ty),
    }
}

/// What an agent calls a parameter: the one name in its pattern. An underscore before it says
/// something to rustc, not to the agent.
fn name_of(pattern: &Pat) -> Option<String> {
    match pattern {
        Pat::Ident(ident) => {
            let name = ident.ident.unraw().to_string();
            Some(name.trim_start_matches('_').to_owned())
        }
        Pat::TupleStruct(wrapper) if wrapper.elems.len() == 1 => name_of(wrapper.elems.first()?),
        Pat::Paren(paren) => name_of(&paren.pat),
        _ => None,
    }
}

/// A parameter without a name must ask nothing of the caller; only rustc knows every type that does.
fn nameless(errors: &mut Errors, pattern: &Pat, ty: &Type) -> Option<Unless> {
    const MISTAKE: &str = "this argument has no name that the agent could give it";
    const HELP: &str = "name it, as in `amount: u64`, and take it apart in the body";
    let asks_surely = matches!(ty, Type::Tuple(_) | Type::Array(_));
    if asks_surely {
        errors.refuse(pattern, MISTAKE, HELP);
        return None;
    }
    Some(Unless { at: pattern.to_token_stream(), message: format!("{MISTAKE}\nhelp: {HELP}") })
}

/// The type as a person writes it.
fn shown(ty: &Type) -> String {
    let mut shown = String::new();
    for token in ty.to_token_stream() {
        let token = token.to_string();
        shown.push_str(&token);
        if token == "," {
            shown.push(' ');
        }
    }
    shown
}

/// The first such word in the tokens, at any depth.
fn find(tokens: TokenStream, word: &str) -> Option<TokenStream> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Group(group) => find(group.stream(), word),
        token => is_word(&token, word).then(|| token.into()),
    })
}

fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == word)
}

/// The word that says what an item is.
fn head(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    input.call(Attribute::parse_outer)?;
    input.parse::<Visibility>()?;
    let head: TokenTree = input.parse()?;
    input.parse::<TokenStream>()?;
    Ok(head.into())
}
