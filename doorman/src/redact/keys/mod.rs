//! Which object keys are sensitive: words that say so by themselves, and globs of the user.

mod lists;
mod pattern;

use smallvec::SmallVec;

use super::{
    catalogue::Set,
    custom::{self, Told},
    fold::lookalike,
    rules::Rules,
};

pub(super) use self::{lists::hint, pattern::Pattern};

/// What a key says of its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The value is never shown.
    Secret,
    /// The value is of this sort, if it looks like it.
    Plain(Said),
}

/// What is known of a value before it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct Said {
    pub(super) hint: Hint,
    /// The optional detectors that the key tells of.
    pub(super) told: Set,
    /// And those of the user.
    pub(super) own: Told,
}

impl Said {
    pub(super) const NOTHING: Self = Self { hint: Hint::None, told: Set::NONE, own: Told::NONE };
}

/// What is known of a number before it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) enum Hint {
    #[default]
    None,
    Phone,
    Ssn,
    Card,
    /// A user and a password in base64, as docker keeps them under `auth`.
    Credentials,
    /// Versions, dates and numbers of other things.
    Other,
}

/// A key as it is compared: its words in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(super) struct Key {
    /// The words with `_` between them.
    joined: String,
    /// Where each word ends.
    ends: SmallVec<[usize; 8]>,
}

impl Key {
    /// Splits a key at changes of case, between letters and digits and at everything else.
    pub(super) fn new(key: &str) -> Self {
        // Small letters, and single signs between them: it is what it is compared as.
        let word = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_lowercase);
        if key.len() <= MOST && key.as_bytes().split(|b| *b == b'_').all(word) {
            let parts = key.bytes().enumerate().filter(|(_, b)| *b == b'_').map(|(at, _)| at);
            return Self { joined: key.to_owned(), ends: parts.chain([key.len()]).collect() };
        }
        let plain = |b: &u8| (b' '..0x7F).contains(b);
        if key.len() <= MOST && key.as_bytes().iter().all(plain) {
            return Self::of(key.chars());
        }
        let mut folded: SmallVec<[char; 64]> = key.chars().filter_map(lookalike).collect();
        if folded.len() > MOST {
            folded.drain(MOST / 2..folded.len() - MOST / 2);
        }
        Self::of(folded.into_iter())
    }

    /// A key whose characters are those that they look like.
    fn of(chars: impl Iterator<Item = char> + Clone) -> Self {
        let mut key = Self { joined: String::with_capacity(32), ends: SmallVec::new() };
        let mut before = None;
        let mut chars = chars.peekable();
        while let Some(c) = chars.next() {
            let last = before.replace(c);
            if !c.is_alphanumeric() {
                continue;
            }
            let begins = last.is_none_or(|last| {
                let small = |c: &char| c.is_lowercase();
                !last.is_alphanumeric()
                    || last.is_numeric() != c.is_numeric()
                    || (c.is_uppercase() && (small(&last) || chars.peek().is_some_and(small)))
            });
            if begins && !key.joined.is_empty() {
                key.ends.push(key.joined.len());
                key.joined.push('_');
            }
            if c.is_ascii() {
                key.joined.push(c.to_ascii_lowercase());
            } else {
                key.joined.extend(c.to_lowercase());
            }
        }
        if !key.joined.is_empty() {
            key.ends.push(key.joined.len());
        }
        key
    }

    fn words(&self) -> impl DoubleEndedIterator<Item = &str> {
        let start = |word: usize| word.checked_sub(1).map_or(0, |before| self.ends[before] + 1);
        self.ends.iter().enumerate().map(move |(word, end)| &self.joined[start(word)..*end])
    }

    /// What the words say by themselves, and of the detectors that are not always on.
    pub(super) fn verdict(&self, rules: &Rules) -> Verdict {
        let words: SmallVec<[&str; 8]> = self.words().collect();
        if lists::says_secret(&words) {
            return Verdict::Secret;
        }
        let hint = words.iter().rev().find_map(|word| hint(word)).unwrap_or_default();
        if rules.kinds.is_empty() && rules.custom.is_empty() {
            return Verdict::Plain(Said { hint, ..Said::NOTHING });
        }
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let (told, own) = (rules.kinds.told_by(&words), custom::told(rules, &words));
        Verdict::Plain(Said { hint, told, own })
    }

    /// Whether what stands under this key is of the same sort as what the key around it announced.
    pub(super) fn goes_on(&self) -> bool {
        self.words().all(|word| lists::GOING_ON.contains(&word))
    }

    /// What its last word says that the value is to its siblings.
    pub(super) fn place(&self) -> Place {
        let last = self.words().next_back().unwrap_or_default();
        Place {
            is_name: lists::NAMES.contains(&last),
            is_value: lists::VALUES.contains(&last),
            lists_names: lists::LISTS.contains(&last),
            lists_headers: ["headers", "trailers", "cookies"].contains(&last),
        }
    }
}

/// What a value is to its siblings.
#[expect(clippy::struct_excessive_bools, reason = "facts that do not exclude each other")]
pub(super) struct Place {
    /// Whether it is the name of a sibling.
    pub(super) is_name: bool,
    /// Whether a sibling gives it its name.
    pub(super) is_value: bool,
    /// Whether it is a list of names, of which none is the value of another.
    pub(super) lists_names: bool,
    /// Whether it is headers.
    pub(super) lists_headers: bool,
}

/// The words of a key or a text, in the small letters that they look like.
pub(super) fn words(key: &str) -> Vec<String> {
    Key::new(key).words().map(str::to_owned).collect()
}

/// How many characters of a key are read, from both of its ends.
const MOST: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(key: &str) -> bool {
        Key::new(key).verdict(&Rules::default()) == Verdict::Secret
    }

    fn own(pattern: &str, path: &[&str]) -> bool {
        let path: Vec<Key> = path.iter().map(|key| Key::new(key)).collect();
        let (key, above) = path.split_last().unwrap();
        Pattern::parse(pattern).unwrap().matches(above, key)
    }

    #[test]
    fn every_spelling_of_a_sensitive_key_is_one() {
        for key in [
            "password",
            "PASSWORD",
            "userPassword",
            "db_password",
            "password ",
            "dbpassword",
            "Pass-Word",
            "pwd",
            "accessToken",
            "access-token",
            "ACCESS TOKEN",
            "accesstoken",
            "tokens",
            "client_secret",
            "clientSecret",
            "private_key",
            "x-api-key",
            "APIKey",
            "apikey",
            "api-key",
            "X-API-KEY",
            "Authorization",
            "Set-Cookie",
            "ｐａｓｓｗｏｒｄ",
            "pass\u{200b}word",
            "pаsswоrd",
            "AWS_SECRET_ACCESS_KEY",
            "credit_card",
            "cardNumber",
            "cvv",
            "cvc2",
            "ssn",
            "SSN",
            "session_id",
            "connectionString",
            "dsn",
            "password_hash",
            "secret_key_base",
            "refresh_token_1",
            "DB_PASSWORD_PROD",
            "_authToken",
            "oauth2Token",
        ] {
            assert!(secret(key), "{key}");
        }
    }

    #[test]
    fn keys_that_only_sound_sensitive_are_plain() {
        for key in [
            "max_tokens",
            "token_type",
            "token_count",
            "tokenExpiresAt",
            "secretary",
            "monkey",
            "password_updated_at",
            "password_policy_url",
            "passwordless",
            "has_password",
            "author",
            "authorization_endpoint",
            "tokenizer",
            "keyboard",
            "prompt_tokens",
            "private_key_id",
            "is_secret",
            "nextPageToken",
            "cookie_consent",
            "spin",
            "pinned",
            "",
            "…",
            "compass",
            "progress",
            "primary_key",
            "public_key",
            "foreign_key",
            "token_url",
            "bypass",
        ] {
            assert!(!secret(key), "{key}");
        }
    }

    #[test]
    fn globs_mean_keys_however_they_are_spelt() {
        assert!(own("*_token", &["accessToken"]) && own("*_token", &["ACCESS-TOKEN"]));
        assert!(!own("*_token", &["token"]) && !own("*_key", &["monkey"]));
        assert!(own("amount", &["AMOUNT"]) && !own("amount", &["amounts"]));
        assert!(own("iban*", &["ibanOfOwner"]) && own("*iban*", &["my_iban_no"]));
        assert!(own("customerId", &["customer_id"]) && own("customerId", &["customerid"]));
        assert!(own("a*b*a", &["aXbXa"]) && !own("a*ba*a", &["aba"]));
    }

    #[test]
    fn a_path_is_matched_at_its_end() {
        assert!(own("card.*", &["order", "card", "owner"]));
        assert!(own("card.number", &["card.number"]) && own("card.number", &["card", "Number"]));
        assert!(!own("card.*", &["card"]) && !own("card.*", &["card", "a", "b"]));
    }

    #[test]
    fn malformed_patterns_are_none() {
        for text in ["", " ", "a..b", ".a", "a.", "a\nb", "…", "a.…"] {
            assert!(Pattern::parse(text).is_none(), "{text}");
        }
        assert!(Pattern::parse("*").is_some() && Pattern::parse("*.*").is_some());
    }
}
