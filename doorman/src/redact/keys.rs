//! Which object keys are sensitive: words that say so by themselves, and globs of the user.

use super::{catalogue::Set, fold::lookalike};
use crate::spec::is_hidden;

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
}

/// What is known of a number before it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) enum Hint {
    #[default]
    None,
    Phone,
    Ssn,
    Card,
    /// Versions, dates and numbers of other things.
    Other,
}

/// A key as it is compared: its words in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(super) struct Key {
    words: Vec<String>,
    /// The words with `_` between them.
    joined: String,
}

impl Key {
    /// Splits a key at changes of case, between letters and digits and at everything else.
    pub(super) fn new(key: &str) -> Self {
        let words = words(key);
        Self { joined: words.join("_"), words }
    }

    /// What the words say by themselves, and of the optional detectors that are on.
    pub(super) fn verdict(&self, on: Set) -> Verdict {
        let words: Vec<&str> = self.words.iter().map(String::as_str).collect();
        if says_secret(&words) {
            return Verdict::Secret;
        }
        let hint = self.words.iter().rev().find_map(|word| hint(word)).unwrap_or_default();
        Verdict::Plain(Said { hint, told: on.told_by(&self.words) })
    }

    /// Whether what stands under this key is of the same sort as what the key around it announced.
    pub(super) fn goes_on(&self) -> bool {
        let plain =
            ["number", "value", "no", "num", "home", "work", "main", "primary", "other", "raw"];
        self.words.iter().all(|word| plain.contains(&word.as_str()))
    }

    /// Whether the values of such a key are names of sibling values.
    pub(super) fn is_name(&self) -> bool {
        let names = [
            "name",
            "key",
            "header",
            "field",
            "param",
            "parameter",
            "variable",
            "var",
            "property",
            "attribute",
            "label",
            "system",
            "setting",
            "id",
            "title",
            "path",
            "k",
        ];
        self.words.last().is_some_and(|word| names.contains(&word.as_str()))
    }

    /// Whether such a key stands over a list of names, of which none is the value of another.
    pub(super) fn lists_names(&self) -> bool {
        let lists = [
            "required",
            "scope",
            "scopes",
            "keyword",
            "keywords",
            "fields",
            "enum",
            "tags",
            "columns",
            "names",
            "keys",
            "properties",
            "labels",
        ];
        self.words.last().is_some_and(|word| lists.contains(&word.as_str()))
    }

    /// Whether a sibling gives this member its name.
    pub(super) fn is_value(&self) -> bool {
        let values = [
            "value", "values", "val", "content", "data", "v", "text", "old", "new", "before",
            "after",
        ];
        self.words.last().is_some_and(|word| values.contains(&word.as_str()))
    }
}

/// The words of a key or a text, in the small letters that they look like.
pub(super) fn words(key: &str) -> Vec<String> {
    let folded: Vec<char> = key.chars().take(MOST).filter_map(lookalike).collect();
    let mut words: Vec<String> = Vec::new();
    let mut within = false;
    for (at, &c) in folded.iter().enumerate() {
        if !c.is_alphanumeric() {
            within = false;
            continue;
        }
        let before = at.checked_sub(1).and_then(|before| folded.get(before)).copied();
        let starts = before.is_some_and(|before| {
            let after = folded.get(at + 1).is_some_and(|after| after.is_lowercase());
            before.is_numeric() != c.is_numeric()
                || (c.is_uppercase() && (before.is_lowercase() || after))
        });
        match words.last_mut() {
            Some(word) if within && !starts => word.extend(c.to_lowercase()),
            _ => words.push(c.to_lowercase().collect()),
        }
        within = true;
    }
    words
}

/// How much of a key is read; what is longer is data.
const MOST: usize = 256;

/// Words that make a key secret wherever they stand, unless a word of [`HARMLESS`] follows.
const STRONG: [&str; 29] = [
    "password",
    "passwords",
    "passwd",
    "passwort",
    "pwd",
    "passphrase",
    "passphrases",
    "passcode",
    "passwds",
    "pwds",
    // Other languages, in the letters that theirs look like.
    "contrasena",
    "kennwort",
    "senha",
    "wachtwoord",
    "salasana",
    "losenord",
    "haslo",
    "heslo",
    "jelszo",
    "sifre",
    "motdepasse",
    "密码",
    "密碼",
    "パスワード",
    "비밀번호",
    "пapoль",
    "ssn",
    "cvv",
    "cvc",
];

/// Phrases that make a key secret at its end.
const WEAK: [&[&str]; 130] = [
    &["token"],
    &["tokens"],
    &["secret"],
    &["secrets"],
    &["credential"],
    &["credentials"],
    &["creds"],
    &["authorization"],
    &["cookie"],
    &["cookies"],
    &["apikey"],
    &["apikeys"],
    &["api", "key"],
    &["api", "keys"],
    &["access", "key"],
    &["access", "keys"],
    &["secret", "key"],
    &["secret", "keys"],
    &["private", "key"],
    &["private", "keys"],
    &["signing", "key"],
    &["encryption", "key"],
    &["decryption", "key"],
    &["master", "key"],
    &["account", "key"],
    &["auth", "key"],
    &["session", "key"],
    &["shared", "key"],
    &["service", "key"],
    &["ssh", "key"],
    &["app", "key"],
    &["application", "key"],
    &["consumer", "key"],
    &["subscription", "key"],
    &["storage", "key"],
    &["deploy", "key"],
    &["hmac", "key"],
    &["aes", "key"],
    &["webhook", "key"],
    &["functions", "key"],
    &["client", "secret"],
    &["auth", "header"],
    &["session", "id"],
    &["sessionid"],
    &["sessid"],
    &["phpsessid"],
    &["jsessionid"],
    &["session", "cookie"],
    &["connection", "string"],
    &["conn", "string"],
    &["connectionstring"],
    &["conn", "str"],
    &["dsn"],
    &["jwt"],
    &["bearer"],
    &["social", "security"],
    &["social", "security", "number"],
    &["social", "security", "no"],
    &["credit", "card"],
    &["creditcard"],
    &["credit", "card", "number"],
    &["card", "number"],
    &["card", "numbers"],
    &["card", "no"],
    &["card", "num"],
    &["cc", "number"],
    &["cc", "num"],
    &["cardnumber"],
    &["security", "code"],
    &["pin"],
    &["otp"],
    &["recovery", "code"],
    &["recovery", "codes"],
    &["backup", "codes"],
    &["pw"],
    &["secret", "access", "key"],
    &["storage", "account", "key"],
    &["personal", "access", "token"],
    &["license", "key"],
    &["licence", "key"],
    &["seed", "phrase"],
    &["recovery", "phrase"],
    &["mnemonic"],
    &["security", "answer"],
    &["maiden", "name"],
    &["unlock", "code"],
    &["access", "code"],
    &["verification", "code"],
    &["auth", "code"],
    &["authorization", "code"],
    &["mfa", "code"],
    &["otp", "code"],
    &["login", "code"],
    &["totp"],
    &["ssh", "pass"],
    &["admin", "pass"],
    &["smtp", "pass"],
    &["db", "pass"],
    &["database", "pass"],
    &["user", "pass"],
    &["root", "pass"],
    &["mail", "pass"],
    &["email", "pass"],
    &["ftp", "pass"],
    &["login", "pass"],
    &["auth", "pass"],
    &["mysql", "pass"],
    &["postgres", "pass"],
    &["redis", "pass"],
    &["key", "pass"],
    &["store", "pass"],
    &["keystore", "pass"],
    &["rpc", "pass"],
    &["http", "pass"],
    &["server", "key"],
    &["stripe", "key"],
    &["sendgrid", "key"],
    &["openai", "key"],
    &["anthropic", "key"],
    &["twilio", "key"],
    &["mailgun", "key"],
    &["algolia", "key"],
    &["datadog", "key"],
    &["azure", "key"],
    &["aws", "key"],
    &["github", "key"],
    &["mot", "de", "passe"],
    // What Bundler calls the credentials of a shop of gems.
    &["contribsys", "com"],
    &["amz", "signature"],
    &["goog", "signature"],
];

/// Words after a [`WEAK`] phrase that change nothing.
const NEUTRAL: [&str; 40] = [
    "value",
    "values",
    "hash",
    "hashed",
    "raw",
    "plain",
    "text",
    "plaintext",
    "cleartext",
    "encrypted",
    "base",
    "b",
    "hex",
    "string",
    "str",
    "prod",
    "production",
    "staging",
    "dev",
    "test",
    "live",
    "main",
    "backup",
    "primary",
    "secondary",
    "current",
    "previous",
    "old",
    "new",
    "temp",
    "tmp",
    "header",
    "data",
    "env",
    "pem",
    "jwt",
    "full",
    "key",
    "number",
    "x",
];

/// Words after a [`STRONG`] one by which a key tells of something else.
const HARMLESS: [&str; 74] = [
    "count",
    "counts",
    "type",
    "types",
    "limit",
    "limits",
    "length",
    "len",
    "min",
    "max",
    "size",
    "expires",
    "expiry",
    "expired",
    "expiration",
    "expire",
    "updated",
    "changed",
    "created",
    "modified",
    "rotated",
    "verified",
    "required",
    "policy",
    "policies",
    "algorithm",
    "algo",
    "scheme",
    "url",
    "uri",
    "link",
    "href",
    "id",
    "ids",
    "reset",
    "strength",
    "rule",
    "rules",
    "enabled",
    "disabled",
    "field",
    "fields",
    "label",
    "placeholder",
    "error",
    "errors",
    "status",
    "state",
    "manager",
    "help",
    "regex",
    "pattern",
    "format",
    "age",
    "attempts",
    "page",
    "form",
    "visible",
    "days",
    "date",
    "time",
    "at",
    "protected",
    "protection",
    "provider",
    "name",
    "names",
    "file",
    "path",
    "set",
    "supported",
    "match",
    "matches",
    "score",
];

/// Words before by which a key asks or counts.
const ASKING: [&str; 22] = [
    "is", "has", "have", "requires", "require", "needs", "need", "no", "show", "hide", "allow",
    "allows", "allowed", "enable", "enables", "disable", "supports", "can", "must", "should",
    "uses", "forgot",
];

/// Words before `token` or `tokens` by which they are units of text, or a place in a list.
const COUNTING: [&str; 34] = [
    "max",
    "min",
    "total",
    "num",
    "n",
    "prompt",
    "completion",
    "input",
    "output",
    "used",
    "remaining",
    "cached",
    "reasoning",
    "thinking",
    "audio",
    "image",
    "generated",
    "count",
    "context",
    "billed",
    "accepted",
    "rejected",
    "prediction",
    "page",
    "continuation",
    "next",
    "stop",
    "eos",
    "bos",
    "pad",
    "unk",
    "sep",
    "cls",
    "special",
];

/// Words before `tokens` by which they are counted.
const MANY: [&str; 39] = [
    "usage",
    "estimated",
    "consumed",
    "available",
    "per",
    "new",
    "evaluated",
    "eval",
    "embedding",
    "text",
    "response",
    "request",
    "query",
    "answer",
    "budget",
    "speculative",
    "expected",
    "average",
    "avg",
    "sum",
    "chunk",
    "cumulative",
    "train",
    "training",
    "sampled",
    "tool",
    "system",
    "message",
    "history",
    "overlap",
    "vision",
    "video",
    "document",
    "reserved",
    "free",
    "billable",
    "charged",
    "actual",
    "extra",
];

/// Keys of Kubernetes that ask for a token, and that name where a secret is.
const KUBERNETES: [&[&str]; 2] =
    [&["automount", "service", "account", "token"], &["image", "pull", "secrets"]];

fn says_secret(words: &[&str]) -> bool {
    if KUBERNETES.contains(&words) {
        return false;
    }
    if words.first().is_some_and(|first| words.len() > 1 && ASKING.contains(first)) {
        return false;
    }
    if words == ["pass"] {
        return true;
    }
    let numbered = |word: &&str| word.bytes().all(|b| b.is_ascii_digit());
    for (at, word) in words.iter().enumerate() {
        let strong = STRONG.contains(word)
            || word.ends_with("password")
            || word.ends_with("passwd")
            || word.ends_with("pwd")
            || word.strip_prefix("password").is_some_and(|after| NEUTRAL.contains(&after))
            || (*word == "pass"
                && matches!(words.get(at + 1), Some(&("word" | "phrase" | "code"))));
        if strong && !words[at + 1..].iter().any(|after| HARMLESS.contains(after)) {
            return true;
        }
    }
    (0..words.len()).any(|at| {
        let Some(length) = weak(&words[at..]) else { return false };
        let (before, after) = (&words[..at], &words[at + length..]);
        let counts = before.last().is_some_and(|before| {
            (words[at].starts_with("token") && COUNTING.contains(before))
                || (words[at] == "tokens" && MANY.contains(before))
        });
        !counts && after.iter().all(|after| NEUTRAL.contains(after) || numbered(after))
    })
}

/// What stands before `token` and `secret` where they are written together.
const WITH: [&str; 30] = [
    "access", "auth", "refresh", "id", "bearer", "session", "csrf", "xsrf", "api", "user",
    "client", "app", "bot", "device", "signing", "totp", "token", "webhook", "shared", "consumer",
    "oauth", "jwt", "hmac", "mfa", "private", "push", "github", "gitlab", "slack", "npm",
];

/// How many words the longest weak phrase takes at the start, written apart or as one word.
fn weak(words: &[&str]) -> Option<usize> {
    let apart = WEAK.iter().filter(|phrase| words.starts_with(phrase)).map(|phrase| phrase.len());
    apart.max().or_else(|| {
        let word = words.first().filter(|word| word.len() >= 5)?;
        let run_together = |phrase: &&[&str]| {
            let length: usize = phrase.iter().map(|word| word.len()).sum();
            phrase.len() > 1 && length == word.len() && phrase.concat() == **word
        };
        let prefixed = || {
            let front = word.strip_suffix("token").or_else(|| word.strip_suffix("tokens"));
            let front = front.or_else(|| word.strip_suffix("secret"));
            front.is_some_and(|front| WITH.contains(&front))
        };
        (WEAK.iter().any(run_together) || prefixed()).then_some(1)
    })
}

/// What a word says of the number that follows it, in keys and in texts.
pub(super) fn hint(word: &str) -> Option<Hint> {
    Some(match word {
        "phone" | "phones" | "telephone" | "tel" | "mobile" | "mobiles" | "cell" | "cellphone"
        | "fax" | "msisdn" | "whatsapp" | "telefon" | "handy" | "phonenumber" | "landline"
        | "callback" | "sms" | "telephones" | "cellular" | "tél" | "telefono" | "teléfono"
        | "telefone" | "telefoon" | "téléphone" | "celular" | "cellulare" | "movil" | "móvil"
        | "gsm" | "tlf" | "puhelin" | "komórka" | "hotline" | "helpline" | "pager" | "телефон"
        | "电话" | "電話" | "手机" | "携帯" | "전화" => Hint::Phone,
        "ssn" | "ssns" | "social" | "itin" | "taxpayer" => Hint::Ssn,
        "card" | "cards" | "cc" | "pan" | "visa" | "mastercard" | "amex" | "maestro" | "debit"
        | "credit" | "diners" | "jcb" => Hint::Card,
        "version" | "ver" | "release" | "build" | "revision" | "rev" | "commit" | "sha"
        | "hash" | "date" | "time" | "timestamp" | "created" | "updated" | "isbn" | "sku"
        | "order" | "invoice" | "uuid" | "epoch" | "ip" | "serial" | "ticket" | "tracking"
        | "id" | "ids" | "port" | "price" | "amount" | "total" | "size" | "count" | "offset"
        | "line" | "ref" | "seq" | "model" | "lat" | "lon" | "lng" | "latitude" | "longitude"
        | "doi" | "stack" | "depth" | "issue" | "checksum" | "duration" | "ms" | "bytes" | "at" => {
            Hint::Other
        }
        _ => return None,
    })
}

/// One of the user's keys: globs over the last keys of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    written: String,
    segments: Vec<Segment>,
}

impl Pattern {
    /// Reads a glob over a key, or several with dots between them.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let seen = !text.chars().any(|c| c.is_control() || is_hidden(c));
        let fits = !text.trim().is_empty() && text.len() <= MOST && seen;
        let segments = text.trim().split('.').map(Segment::parse);
        let segments = fits.then(|| segments.collect::<Option<Vec<_>>>())??;
        Some(Self { written: text.to_owned(), segments })
    }

    /// The pattern as the user wrote it.
    pub(super) fn written(&self) -> &str {
        &self.written
    }

    /// How many keys of a path it tells of.
    pub(super) fn length(&self) -> usize {
        self.segments.len()
    }

    /// Whether the last keys of a path are those meant; or the last one alone, where it is written
    /// with dots itself.
    pub(super) fn matches(&self, above: &[Key], key: &Key) -> bool {
        let Some((last, others)) = self.segments.split_last() else { return false };
        if others.is_empty() {
            return last.matches(&key.words, &key.joined);
        }
        let above = above.len().checked_sub(others.len()).map(|from| &above[from..]);
        let by_path = last.matches(&key.words, &key.joined)
            && above.is_some_and(|above| {
                others
                    .iter()
                    .zip(above)
                    .all(|(segment, key)| segment.matches(&key.words, &key.joined))
            });
        by_path || self.matches_flat(key)
    }

    fn matches_flat(&self, key: &Key) -> bool {
        let flat: Vec<&str> = self.segments.iter().map(|segment| segment.glob.as_str()).collect();
        glob(&flat.join("_"), &key.joined)
    }
}

/// A glob over one key.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Segment {
    glob: String,
    /// The same without separators; none where a separator at a `*` says where a word ends.
    run_together: Option<String>,
}

impl Segment {
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let pieces: Vec<&str> = text.split('*').collect();
        let mut glob_text = String::new();
        for (at, piece) in pieces.iter().enumerate() {
            if at > 0 {
                glob_text.push('*');
            }
            let joined = words(piece).join("_");
            let separator = |c: Option<char>| c.is_some_and(|c| !c.is_alphanumeric());
            if at > 0 && separator(piece.chars().next()) {
                glob_text.push('_');
            }
            glob_text.push_str(&joined);
            if at + 1 < pieces.len() && !joined.is_empty() && separator(piece.chars().last()) {
                glob_text.push('_');
            }
        }
        let bound = glob_text.contains("*_") || glob_text.contains("_*");
        let run_together = (!bound).then(|| glob_text.replace('_', ""));
        // A key of nothing but signs would match every other one.
        (!glob_text.is_empty()).then_some(Self { glob: glob_text, run_together })
    }

    fn matches(&self, words: &[String], joined: &str) -> bool {
        glob(&self.glob, joined)
            || self.run_together.as_ref().is_some_and(|globbed| glob(globbed, &words.concat()))
    }
}

/// Whether a text is what a glob with `*` means: greedy, without going back more than once.
fn glob(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut last = None;
    for piece in pieces {
        if let Some(before) = last.replace(piece) {
            let Some(at) = rest.find(before) else { return false };
            rest = &rest[at + before.len()..];
        }
    }
    last.map_or(rest.is_empty(), |last| rest.ends_with(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(key: &str) -> bool {
        Key::new(key).verdict(Set::default()) == Verdict::Secret
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
