//! Doc comments as descriptions.

use syn::{Attribute, Expr, ExprLit, Lit, LitStr, Meta};

/// The `#[doc = …]` attributes of one item, in order.
#[derive(Default, Clone)]
pub(crate) struct Doc(Vec<Line>);

/// One attribute: a line, a block, or an expression such as `include_str!("…")`.
#[derive(Clone)]
pub(crate) enum Line {
    Text(LitStr),
    Expression(Expr),
}

/// A part of a description.
#[derive(Clone)]
pub(crate) enum Part {
    Text(String),
    Expression(Expr),
}

impl Doc {
    /// Reads the doc comments among an item's attributes.
    pub(crate) fn read(attributes: &[Attribute]) -> Self {
        Self(attributes.iter().filter_map(line).collect())
    }

    /// The texts as written.
    pub(crate) fn literals(&self) -> impl Iterator<Item = &LitStr> {
        self.0.iter().filter_map(|line| match line {
            Line::Text(text) => Some(text),
            Line::Expression(_) => None,
        })
    }

    /// The lines joined; neighbouring texts are one part.
    pub(crate) fn parts(&self) -> Vec<Part> {
        let mut parts = Vec::new();
        for (index, line) in self.0.iter().enumerate() {
            let mut text = if index == 0 { String::new() } else { "\n".to_owned() };
            if let Line::Text(literal) = line {
                text.push_str(&unindented(&literal.value()));
            }
            match parts.last_mut() {
                Some(Part::Text(before)) => before.push_str(&text),
                _ if text.is_empty() => {}
                _ => parts.push(Part::Text(text)),
            }
            if let Line::Expression(expression) = line {
                parts.push(Part::Expression(expression.clone()));
            }
        }
        parts
    }
}

fn line(attribute: &Attribute) -> Option<Line> {
    match &attribute.meta {
        Meta::NameValue(doc) if doc.path.is_ident("doc") => Some(match &doc.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Line::Text(text.clone()),
            expression => Line::Expression(expression.clone()),
        }),
        _ => None,
    }
}

/// `/// text` without its one leading space, and `/** … */` without the stars at its left.
fn unindented(comment: &str) -> String {
    let stars = comment.contains('\n')
        && comment
            .lines()
            .skip(1)
            .all(|line| line.trim().is_empty() || line.trim().starts_with('*'));
    let lines = comment.lines().map(|line| {
        let line = if stars { line.trim_start().trim_start_matches('*') } else { line };
        line.strip_prefix(' ').unwrap_or(line)
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use syn::{ItemFn, parse_quote};

    use super::*;

    fn text(item: &ItemFn) -> String {
        let parts = Doc::read(&item.attrs).parts();
        let texts = parts.iter().map(|part| match part {
            Part::Text(text) => text.as_str(),
            Part::Expression(_) => "…",
        });
        texts.collect()
    }

    #[test]
    fn lines_lose_one_space_and_are_joined_over_other_attributes() {
        let item = parse_quote! {
            /// One.
            #[must_use]
            ///  Two.
            #[doc(alias = "x")]
            #[doc = "three"]
            fn f() {}
        };
        assert_eq!(text(&item), "One.\n Two.\nthree");
    }

    #[test]
    fn a_block_loses_its_stars() {
        let item = parse_quote! {
            #[doc = " One\n * two\n *\n * three\n "]
            fn f() {}
        };
        assert_eq!(text(&item), "One\ntwo\n\nthree\n");
    }

    #[test]
    fn an_expression_is_kept_as_one() {
        let item = parse_quote! {
            /// One.
            #[doc = include_str!("two.md")]
            #[doc = "three"]
            fn f() {}
        };
        assert_eq!(text(&item), "One.\n…\nthree");
    }
}
