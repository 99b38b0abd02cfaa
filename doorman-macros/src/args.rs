//! `#[expose(…)]` as written: spans kept, nothing judged.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};

/// Everything between the brackets of `#[expose(…)]`.
pub(crate) struct Arguments {
    pub(crate) given: Vec<Argument>,
    /// What stands between two commas and is no argument.
    pub(crate) strays: Vec<TokenStream>,
}

/// `key`, `key = value` or `key(…)`.
pub(crate) struct Argument {
    pub(crate) key: Ident,
    pub(crate) value: Value,
}

pub(crate) enum Value {
    /// The key stands alone.
    None,
    /// What stands after `=`; it may be empty.
    Tokens(TokenStream),
    /// Anything else after the key, as in `scopes("a")`.
    Other(TokenStream),
}

impl Arguments {
    /// Reads any tokens: what is no argument is kept as a stray.
    pub(crate) fn read(tokens: TokenStream) -> Self {
        let mut arguments = Self { given: Vec::new(), strays: Vec::new() };
        for piece in split(flat(tokens)) {
            let mut rest = piece.clone().into_iter();
            let Some(TokenTree::Ident(key)) = rest.next() else {
                arguments.strays.push(piece);
                continue;
            };
            let value = match rest.next() {
                None => Value::None,
                Some(TokenTree::Punct(sign)) if sign.as_char() == '=' => {
                    Value::Tokens(rest.collect())
                }
                Some(first) => Value::Other(std::iter::once(first).chain(rest).collect()),
            };
            arguments.given.push(Argument { key, value });
        }
        arguments
    }
}

/// The elements of `[a, b]`; `None` where the tokens are no list.
pub(crate) fn list(tokens: &TokenStream) -> Option<Vec<TokenStream>> {
    let mut tokens = tokens.clone().into_iter();
    match (tokens.next(), tokens.next()) {
        (Some(TokenTree::Group(group)), None) => match group.delimiter() {
            Delimiter::Bracket => Some(split(group.stream())),
            _ => None,
        },
        _ => None,
    }
}

/// The pieces between commas; a comma at the end adds none.
fn split(tokens: TokenStream) -> Vec<TokenStream> {
    let mut pieces = Vec::new();
    let mut piece = TokenStream::new();
    for token in tokens {
        match token {
            // Two commas in a row: the second is the stray.
            TokenTree::Punct(comma) if comma.as_char() == ',' => {
                if piece.is_empty() {
                    piece.extend([TokenTree::Punct(comma)]);
                }
                pieces.push(std::mem::take(&mut piece));
            }
            token => piece.extend([token]),
        }
    }
    if !piece.is_empty() {
        pieces.push(piece);
    }
    pieces
}

/// The tokens without the invisible groups that `macro_rules!` puts around what it passes on.
fn flat(tokens: TokenStream) -> TokenStream {
    tokens
        .into_iter()
        .flat_map(|token| match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::None => flat(group.stream()),
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), flat(group.stream()));
                inner.set_span(group.span());
                TokenTree::Group(inner).into()
            }
            token => token.into(),
        })
        .collect()
}
