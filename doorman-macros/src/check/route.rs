//! The route of a handler, and whether `Path<…>` can read it.

use proc_macro2::TokenStream;
use syn::{GenericArgument, Ident, PathArguments, Type};

use super::{
    path,
    values::{self, Given},
    words::Words,
};
use crate::{
    errors::Errors,
    tool::{Kind, Method, Parameter, Route},
};

/// The route as far as it could be read: a wrong path leaves the method to be judged.
pub(super) struct Said {
    pub(super) method: Given<MethodWord>,
    pub(super) route: Given<Route>,
    placeholders: Option<Vec<String>>,
}

/// A method and the word for it in the source.
pub(super) struct MethodWord {
    pub(super) method: Method,
    pub(super) word: Ident,
}

pub(super) fn check(errors: &mut Errors, kind: Kind, words: &mut Words) -> Said {
    let nothing = |method, route| Said { method, route, placeholders: None };
    let mut routes = match words.take_routes() {
        Given::Value(routes) => routes.into_iter(),
        Given::Refused => return nothing(Given::Refused, Given::Refused),
        Given::Absent if kind == Kind::Function => return nothing(Given::Absent, Given::Absent),
        Given::Absent => {
            errors.refuse(
                TokenStream::new(),
                "`#[expose]` must name the route of this handler",
                "add method and path, as in `get = \"/invoices/{id}\"`; for a plain function use `#[doorman::expose(…)]`",
            );
            return nothing(Given::Refused, Given::Refused);
        }
    };
    let Some(first) = routes.next() else { return nothing(Given::Refused, Given::Refused) };
    let mut one = true;
    for second in routes {
        one = false;
        errors.refuse(
            &second.key,
            &format!("a tool has one route, and `{}` is a second", second.key),
            "keep one; expose another function for the other route",
        );
    }
    let method = method_of(&first.key);
    let path = values::text(errors, &first, "/invoices/{id}").and_then(|literal| {
        path::placeholders(&literal.value())
            .map_err(|wrong| errors.refuse(&literal, &wrong.mistake, &wrong.help))
            .ok()
            .map(|placeholders| (literal.value(), placeholders))
    });
    let (path, placeholders) = path.unzip();
    Said {
        // Which of two methods counts is not known.
        method: if one {
            Given::Value(MethodWord { method, word: first.key })
        } else {
            Given::Refused
        },
        route: path.map_or(Given::Refused, |path| Given::Value(Route { method, path })),
        placeholders: placeholders.filter(|_| one),
    }
}

fn method_of(word: &Ident) -> Method {
    match word.to_string().as_str() {
        "get" => Method::Get,
        "put" => Method::Put,
        "patch" => Method::Patch,
        "delete" => Method::Delete,
        // The word is one of five.
        _ => Method::Post,
    }
}

/// Holds each visible `Path<…>` against the placeholders; aliases and structs wait for the runtime.
pub(super) fn check_path_parameters(errors: &mut Errors, route: &Said, parameters: &[Parameter]) {
    let Some(placeholders) = &route.placeholders else { return };
    let route_has = match placeholders.as_slice() {
        [] => "no placeholder".into(),
        [one] => format!("one, `{{{one}}}`"),
        more => format!("{}: `{{{}}}`", more.len(), more.join("}`, `{")),
    };
    for asked in parameters.iter().filter_map(|parameter| inside_path(&parameter.ty)) {
        let reads = match asked {
            Type::Tuple(tuple) if tuple.elems.len() != placeholders.len() => tuple.elems.len(),
            scalar if is_scalar(scalar) && placeholders.len() != 1 => 1,
            _ => continue,
        };
        let plural = if reads == 1 { "" } else { "s" };
        let help = match placeholders.len() {
            0 => "remove `Path<…>`, or write a placeholder into the route".into(),
            1 => "write `Path<T>` with one type, or more placeholders into the route".to_owned(),
            count => {
                format!("write `Path<({})>` with a type for each", ["…"].repeat(count).join(", "))
            }
        };
        errors.refuse(
            asked,
            &format!(
                "`Path` reads {reads} placeholder{plural} here, and the route has {route_has}"
            ),
            &help,
        );
    }
}

/// `T` of `Path<T>`.
fn inside_path(ty: &Type) -> Option<&Type> {
    let Type::Path(ty) = ty else { return None };
    let last = ty.path.segments.last().filter(|last| last.ident == "Path")?;
    match &last.arguments {
        PathArguments::AngleBracketed(arguments) => match arguments.args.first()? {
            GenericArgument::Type(inside) => Some(inside),
            _ => None,
        },
        _ => None,
    }
}

fn is_scalar(ty: &Type) -> bool {
    const SCALARS: [&str; 17] = [
        "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize",
        "f32", "f64", "bool", "char", "String",
    ];
    match ty {
        Type::Path(ty) => ty.path.get_ident().is_some_and(|one| SCALARS.iter().any(|s| one == s)),
        _ => false,
    }
}
