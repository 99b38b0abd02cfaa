//! Judges what was written and makes a [`Tool`] of it; the only place that holds messages.

mod access;
mod effect;
mod marks;
mod path;
mod rate;
mod redact;
mod route;
mod signature;
mod text;
mod timeout;
mod values;
mod words;

use proc_macro2::TokenStream;
use syn::{Attribute, ext::IdentExt};

pub(crate) use self::marks::check as marks;
use self::words::Words;
use crate::{
    args::Arguments,
    doc::Doc,
    errors::Errors,
    handler::Function,
    tool::{Exposed, Kind, Outcome, Tool},
};

/// Reads `#[expose(…)]` and its item.
///
/// # Errors
/// Where the item is no function, or one that cannot stand beside a type.
pub(crate) fn check(
    kind: Kind,
    arguments: TokenStream,
    item: TokenStream,
) -> Result<Exposed, syn::Error> {
    let mut errors = Errors::default();
    let Some(mut function) = signature::function(&mut errors, item) else {
        return Err(errors.into_error().unwrap_or_else(nothing_told));
    };
    second_attribute(&mut errors, &mut function.attributes);

    let mut words = Words::read(&mut errors, kind, Arguments::read(arguments));
    let runtime = values::runtime(&mut errors, words.take("crate")).unwrap_or(kind.runtime());
    let ident = values::tool(&mut errors, words.take("tool"), &function.signature.ident);
    let name = text::name(&mut errors, words.take("name"), &function.signature.ident);
    let fits = signature::check(&mut errors, kind, &function);
    let own = || function.signature.ident.clone();
    let ident = ident.unwrap_or_else(own);

    let tool = tool(&mut errors, kind, &mut words, &function, name.clone());
    let outcome = match (errors.into_error(), tool) {
        (None, Some(tool)) => Outcome::Tool(Box::new(tool)),
        (error, _) => Outcome::StandIn {
            error: error.unwrap_or_else(nothing_told),
            name: name.unwrap_or_else(|| own().unraw().to_string()),
            fits,
        },
    };
    Ok(Exposed { kind, function, runtime, ident, outcome })
}

/// Everything that the tool is made of is read before any of it is missed, so that all mistakes are
/// told.
fn tool(
    errors: &mut Errors,
    kind: Kind,
    words: &mut Words,
    function: &Function,
    name: Option<String>,
) -> Option<Tool> {
    let route = route::check(errors, kind, words);
    let access = access::check(errors, words);
    let effect = effect::check(errors, words, &route, &access);
    let title = text::title(errors, words.take("title"));
    let doc = Doc::read(&function.attributes);
    let description = text::description(errors, words.take("description"), &doc);
    let idempotent = values::truth(errors, words.take("idempotent"));
    let open_world = values::truth(errors, words.take("open_world"));
    let timeout = timeout::check(errors, kind, function, words.take("timeout"));
    let rate = rate::rate(errors, words.take("rate"));
    let cost = rate::cost(errors, words.take("cost"));
    let redact = redact::check(errors, words.take("redact"));
    let parameters = signature::parameters(errors, kind, function);
    route::check_path_parameters(errors, &route, &parameters);

    let effect = effect?;
    Some(Tool {
        name: name?,
        access: access.checked()?,
        idempotent: idempotent.or(effect::is_idempotent(&effect, &route)).checked()?,
        effect,
        title: title.optional()?,
        description: description?,
        open_world: open_world.or(true).checked()?,
        timeout_millis: timeout.optional()?,
        rate: rate.optional()?,
        cost: cost.optional()?,
        redact: redact.or(Vec::new()).checked()?,
        route: route.route.optional()?,
        parameters,
        output: signature::output(function),
    })
}

/// Refuses a second `#[expose]` on one item, and takes it off: it would be judged alone.
fn second_attribute(errors: &mut Errors, attributes: &mut Vec<Attribute>) {
    let is_expose = |attribute: &mut Attribute| {
        attribute.path().segments.last().is_some_and(|last| last.ident == "expose")
    };
    for attribute in attributes.extract_if(.., is_expose) {
        errors.refuse(
            attribute,
            "a function has one `#[expose]`, and this is the second",
            "remove it, and write every argument into the first",
        );
    }
}

/// Never seen: a part is refused only with words. Still an error, so that nothing is exposed by it.
fn nothing_told() -> syn::Error {
    syn::Error::new(
        proc_macro2::Span::call_site(),
        "`#[expose]` refused this and did not say why\nhelp: please report it",
    )
}
