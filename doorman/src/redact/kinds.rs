//! The sorts of what is masked, and the marks of all masks.

/// A sort of what is masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Key,
    Email,
    Phone,
    Ssn,
    Card,
    Iban,
    Secret,
    Authorization,
    UrlCredentials,
    Jwt,
    PrivateKey,
    Token,
    Declared,
    Ip,
    Mac,
    Crypto,
    UkNino,
    EsDni,
    EsNie,
    ItCodiceFiscale,
    FrNir,
    DeSteuerId,
    PlPesel,
    InAadhaar,
    InPan,
    BrCpf,
    BrCnpj,
    AuTfn,
    CaSin,
    Entropy,
    BirthDate,
}

/// Their names, in their order.
pub(super) const NAMES: [&str; 31] = [
    "key",
    "email",
    "phone",
    "ssn",
    "card",
    "iban",
    "secret",
    "authorization",
    "url_credentials",
    "jwt",
    "private_key",
    "token",
    "declared",
    "ip",
    "mac",
    "crypto",
    "uk_nino",
    "es_dni",
    "es_nie",
    "it_codice_fiscale",
    "fr_nir",
    "de_steuer_id",
    "pl_pesel",
    "in_aadhaar",
    "in_pan",
    "br_cpf",
    "br_cnpj",
    "au_tfn",
    "ca_sin",
    "entropy",
    "birth_date",
];

impl Kind {
    pub(super) fn name(self) -> &'static str {
        NAMES[self as usize]
    }
}

/// The kinds that are masked; all of them unless somebody asks for some only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Kinds(u64);

impl Default for Kinds {
    fn default() -> Self {
        Self(u64::MAX)
    }
}

impl Kinds {
    /// The kinds of these names; the name that is none otherwise.
    pub(super) fn named<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self, &'a str> {
        names.into_iter().try_fold(Self(0), |kinds, name| {
            let at = NAMES.iter().position(|known| *known == name).ok_or(name)?;
            Ok(Self(kinds.0 | 1 << at))
        })
    }

    pub(super) fn has(self, kind: Kind) -> bool {
        self.0 >> (kind as u8) & 1 == 1
    }
}
