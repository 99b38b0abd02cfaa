//! A collector of mistakes: all of one item are told at once.

use quote::ToTokens;

/// The mistakes of one item; whoever has one must take them with [`Errors::into_error`].
#[derive(Default)]
pub(crate) struct Errors(Option<syn::Error>);

impl Errors {
    /// Adds a mistake at these tokens: what is wrong, and what to write.
    pub(crate) fn refuse(&mut self, at: impl ToTokens, mistake: &str, help: &str) {
        self.push(syn::Error::new_spanned(at, format!("{mistake}\nhelp: {help}")));
    }

    fn push(&mut self, error: syn::Error) {
        match &mut self.0 {
            Some(errors) => errors.combine(error),
            None => self.0 = Some(error),
        }
    }

    /// Every mistake as one error.
    pub(crate) fn into_error(self) -> Option<syn::Error> {
        self.0
    }
}
