//! The sorts of what is masked, and their names.

use std::{fmt, sync::Arc};

macro_rules! kinds {
    ($($kind:ident $name:literal)*) => {
        /// A sort of what is masked.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(super) enum Kind {
            $($kind,)*
            /// Of a detector of the user, by its place among them.
            Custom(u8),
        }

        /// The names of doorman's own, in their order.
        pub(super) const NAMES: [&str; [$($name),*].len()] = [$($name),*];

        impl Kind {
            /// Its place: doorman's own first.
            pub(super) fn index(self) -> usize {
                enum Place {
                    $($kind,)*
                }
                match self {
                    $(Self::$kind => Place::$kind as usize,)*
                    Self::Custom(place) => NAMES.len() + usize::from(place),
                }
            }
        }
    };
}

kinds! {
    Key "key"
    Email "email"
    Phone "phone"
    Ssn "ssn"
    Card "card"
    Iban "iban"
    Secret "secret"
    Authorization "authorization"
    UrlCredentials "url_credentials"
    Jwt "jwt"
    PrivateKey "private_key"
    Token "token"
    Declared "declared"
    Ip "ip"
    Mac "mac"
    Crypto "crypto"
    UkNino "uk_nino"
    EsDni "es_dni"
    EsNie "es_nie"
    ItCodiceFiscale "it_codice_fiscale"
    FrNir "fr_nir"
    DeSteuerId "de_steuer_id"
    PlPesel "pl_pesel"
    InAadhaar "in_aadhaar"
    InPan "in_pan"
    BrCpf "br_cpf"
    BrCnpj "br_cnpj"
    AuTfn "au_tfn"
    CaSin "ca_sin"
    Entropy "entropy"
    BirthDate "birth_date"
}

/// The names of all kinds: doorman's own, and those of the user's detectors.
#[derive(Clone, PartialEq, Eq, Default)]
pub(super) struct Names(Option<Arc<[Box<str>]>>);

impl Names {
    /// Names for kinds of the user, in their order.
    pub(super) fn with(custom: impl Iterator<Item = Box<str>>) -> Self {
        let custom: Arc<[Box<str>]> = custom.collect();
        Self((!custom.is_empty()).then_some(custom))
    }

    pub(super) fn of(&self, kind: Kind) -> &str {
        self.at(kind.index()).unwrap_or("custom")
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &str> {
        NAMES.into_iter().chain(self.custom().iter().map(Box::as_ref))
    }

    /// The place of the kind of this name.
    pub(super) fn position(&self, name: &str) -> Option<usize> {
        self.all().position(|known| known == name)
    }

    fn at(&self, index: usize) -> Option<&str> {
        match index.checked_sub(NAMES.len()) {
            None => Some(NAMES[index]),
            Some(place) => self.custom().get(place).map(Box::as_ref),
        }
    }

    fn custom(&self) -> &[Box<str>] {
        self.0.as_deref().unwrap_or_default()
    }
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.custom()).finish()
    }
}

/// The kinds that are masked; all of them unless somebody asks for some only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Kinds(u128);

impl Default for Kinds {
    fn default() -> Self {
        Self(u128::MAX)
    }
}

impl Kinds {
    pub(super) const NONE: Self = Self(0);

    pub(super) fn and(self, index: usize) -> Self {
        Self(self.0 | 1 << index)
    }

    pub(super) fn has(self, kind: Kind) -> bool {
        self.has_index(kind.index())
    }

    pub(super) fn has_index(self, index: usize) -> bool {
        self.0 >> index & 1 == 1
    }
}
