//! `#[derive(Redact)]`: which fields are marked, and how.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{
    Attribute, Data, DeriveInput, Field, Fields, Ident, LitStr, Meta, Path, parse_quote, parse2,
};

use super::values::{self, Given};
use crate::{
    args::{Argument, Arguments, Value},
    errors::Errors,
    tool::Marked,
};

/// Reads the item under `#[derive(Redact)]`.
///
/// # Errors
/// Where it is a union: there is nothing that could stand in for it.
pub(crate) fn check(item: TokenStream) -> Result<Marked, syn::Error> {
    let mut errors = Errors::default();
    let mut item: DeriveInput = parse2(item)?;
    let runtime = container(&mut errors, &mut item.attrs);
    let mut fields = MarkedFields { errors: &mut errors, marks: 0, attributes: 0 };
    match &mut item.data {
        Data::Struct(data) => fields.read(&mut data.fields),
        Data::Enum(data) => {
            for variant in &mut data.variants {
                fields.variant(&mut variant.attrs, &mut variant.fields);
                variant.discriminant = None;
            }
        }
        Data::Union(data) => {
            errors.refuse(
                data.union_token,
                "a union is not serialized, so nothing of it can be marked",
                "use a struct or an enum",
            );
            return Err(errors.into_error().unwrap_or_else(super::nothing_told));
        }
    }
    let (marks, attributes) = (fields.marks, fields.attributes);
    if attributes == 0 {
        errors.refuse(
            &item.ident,
            &format!("nothing of `{}` is marked", item.ident),
            "write `#[redact]` above a field, or derive `JsonSchema` instead of `Redact`",
        );
    }
    if marks > 0 {
        for (word, key) in words(&item.attrs) {
            if word == "into" || word == "with" {
                errors.refuse(
                    key,
                    &format!(
                        "with `{word}` another type is sent, and the marks of this one hide nothing"
                    ),
                    "derive `Redact` for that type and mark its fields, or remove it here",
                );
            }
        }
    }
    item.attrs.retain(is_kept);
    Ok(Marked { item, runtime, error: errors.into_error() })
}

/// Takes `#[redact(crate = …)]` off the item.
fn container(errors: &mut Errors, attributes: &mut Vec<Attribute>) -> Path {
    let mut runtime = None;
    for attribute in attributes.extract_if(.., is_mark) {
        let Meta::List(list) = &attribute.meta else {
            refuse_place(errors, &attribute);
            continue;
        };
        let Arguments { given, strays } = Arguments::read(list.tokens.clone());
        for stray in strays {
            refuse_stray(errors, stray);
        }
        for argument in given {
            if argument.key == "crate" && runtime.is_none() {
                runtime = values::runtime(errors, Given::Value(argument));
            } else if argument.key == "crate" {
                errors.refuse(&argument.key, "`crate` stands here twice", "keep one `crate`");
            } else if argument.key == "mask" {
                refuse_place(errors, &attribute);
            } else {
                refuse_unknown(errors, &argument.key, "`crate`");
            }
        }
    }
    runtime.unwrap_or_else(|| parse_quote!(::doorman))
}

/// The fields of an item while they are read.
struct MarkedFields<'a> {
    errors: &'a mut Errors,
    marks: usize,
    /// Also those that were refused.
    attributes: usize,
}

impl MarkedFields<'_> {
    fn variant(&mut self, attributes: &mut Vec<Attribute>, fields: &mut Fields) {
        for attribute in attributes.extract_if(.., is_mark) {
            self.attributes += 1;
            refuse_place(self.errors, &attribute);
        }
        let before = self.marks;
        self.read(fields);
        if self.marks > before {
            for (word, key) in words(attributes) {
                if word == "with" || word == "serialize_with" {
                    self.errors.refuse(
                        key,
                        &format!("with `{word}` something else is sent, and the marks in this variant hide nothing"),
                        "remove it, or mark the fields of what is sent",
                    );
                }
            }
        }
        attributes.retain(is_kept);
    }

    fn read(&mut self, fields: &mut Fields) {
        for field in fields {
            self.field(field);
        }
    }

    /// Makes the mark of a field what schemars writes into the schema.
    fn field(&mut self, field: &mut Field) {
        let marks: Vec<Attribute> = field.attrs.extract_if(.., is_mark).collect();
        field.attrs.retain(is_kept);
        self.attributes += marks.len();
        let Some((first, others)) = marks.split_first() else { return };
        for second in others {
            self.errors.refuse(
                second,
                "a field has one `#[redact]`, and this is the second",
                "keep one of them",
            );
        }
        let Some(mask) = mask(self.errors, first) else { return };
        for (word, key) in words(&field.attrs) {
            let (mistake, help) = match word.as_str() {
                "flatten" => (
                    "a flattened field has no place of its own that could be masked",
                    "mark the fields of its type, or remove `flatten`",
                ),
                "schemars(skip)" | "schemars(skip_serializing)" => (
                    "the schema does not tell of this field, and the mark is in the schema",
                    "skip it for serde too, or remove this",
                ),
                _ => continue,
            };
            self.errors.refuse(key, mistake, help);
        }
        self.marks += 1;
        field.attrs.push(parse_quote!(#[schemars(extend("x-doorman-redact" = #mask))]));
    }
}

/// What the schema is to say of a marked field.
fn mask(errors: &mut Errors, attribute: &Attribute) -> Option<&'static str> {
    let tokens = match &attribute.meta {
        Meta::Path(_) => return Some("redacted"),
        Meta::List(list) => list.tokens.clone(),
        Meta::NameValue(pair) => {
            errors.refuse(
                &pair.value,
                "`#[redact]` has no value",
                "write `#[redact]`, or `#[redact(mask = \"last4\")]`",
            );
            return None;
        }
    };
    let Arguments { given, strays } = Arguments::read(tokens);
    let (mut mask, mut good) = (None, strays.is_empty());
    for stray in strays {
        refuse_stray(errors, stray);
    }
    for argument in given {
        if argument.key != "mask" {
            refuse_unknown(errors, &argument.key, "`mask`");
            good = false;
        } else if mask.is_some() {
            errors.refuse(&argument.key, "`mask` stands here twice", "keep one `mask`");
            good = false;
        } else {
            mask = style(errors, &argument);
            good &= mask.is_some();
        }
    }
    good.then_some(mask.unwrap_or("redacted"))
}

fn style(errors: &mut Errors, argument: &Argument) -> Option<&'static str> {
    let text = match &argument.value {
        Value::Tokens(tokens) => parse2::<LitStr>(tokens.clone()).ok(),
        Value::None | Value::Other(_) => None,
    };
    if text.is_some_and(|text| text.value() == "last4") {
        return Some("last4");
    }
    errors.refuse(
        values::tokens_or(&argument.value, &argument.key),
        "there is no such mask",
        "write `mask = \"last4\"` to keep the last four characters, or `#[redact]` to keep none",
    );
    None
}

fn refuse_place(errors: &mut Errors, attribute: &Attribute) {
    errors.refuse(
        attribute,
        "`#[redact]` marks a field, and this is none",
        "write it above each field that is to be masked",
    );
}

fn refuse_stray(errors: &mut Errors, stray: TokenStream) {
    errors.refuse(
        stray,
        "this is no argument of `#[redact]`",
        "write `#[redact]`, or `#[redact(mask = \"last4\")]`",
    );
}

fn refuse_unknown(errors: &mut Errors, key: &Ident, known: &str) {
    errors.refuse(
        key,
        &format!("`#[redact]` has no argument `{key}` here"),
        &format!("it takes {known}"),
    );
}

fn is_mark(attribute: &mut Attribute) -> bool {
    attribute.path().is_ident("redact")
}

/// Whether schemars reads an attribute; any other belongs to another derive.
fn is_kept(attribute: &Attribute) -> bool {
    ["serde", "schemars", "doc", "validate", "garde"]
        .iter()
        .any(|name| attribute.path().is_ident(name))
}

/// The words of `#[serde(…)]` and `#[schemars(…)]`; `skip` is only told as `schemars(skip)`, where it
/// does not mean the same.
fn words(attributes: &[Attribute]) -> Vec<(String, TokenStream)> {
    let mut words = Vec::new();
    for attribute in attributes {
        let is_schemars = attribute.path().is_ident("schemars");
        let (true, Meta::List(list)) =
            (is_schemars || attribute.path().is_ident("serde"), &attribute.meta)
        else {
            continue;
        };
        for argument in Arguments::read(list.tokens.clone()).given {
            let word = argument.key.to_string();
            let word = match word.as_str() {
                "skip" | "skip_serializing" if is_schemars => format!("schemars({word})"),
                _ => word,
            };
            let key = &argument.key;
            words.push((word, quote!(#key).into_token_stream()));
        }
    }
    words
}
