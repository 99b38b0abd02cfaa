//! The words by which a key says that its value is secret, and those by which it says that it is not.

use std::sync::LazyLock;

use super::Hint;

/// Words that add nothing to what the key around a member says.
pub(super) const GOING_ON: [&str; 10] =
    ["number", "value", "no", "num", "home", "work", "main", "primary", "other", "raw"];

/// Last words of keys whose values are names of sibling values.
pub(super) const NAMES: [&str; 19] = [
    "n",
    "option",
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
    "k",
    "id",
    "title",
    "path",
];

/// Last words of keys over lists of names.
pub(super) const LISTS: [&str; 13] = [
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

/// Last words of keys whose values a sibling names.
pub(super) const VALUES: [&str; 11] =
    ["value", "values", "val", "content", "data", "v", "text", "old", "new", "before", "after"];

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
const WEAK: [&[&str]; 133] = [
    &["requirepass"],
    &["masterauth"],
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
    &["pin", "code"],
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
const HARMLESS: [&str; 79] = [
    "check",
    "checks",
    "result",
    "results",
    "stdin",
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

/// The words that are strong, or that a weak phrase begins with, and the phrases as one word; by what they
/// begin with.
static TELLING: LazyLock<[Vec<String>; 256]> = LazyLock::new(|| {
    let first = WEAK.iter().map(|phrase| phrase[0].to_owned());
    let together = WEAK.iter().map(|phrase| phrase.concat());
    let strong = STRONG.iter().chain(&["pass"]).map(|word| (*word).to_owned());
    let mut words = [const { Vec::new() }; 256];
    for word in first.chain(together).chain(strong) {
        let alike: &mut Vec<String> = &mut words[usize::from(word.as_bytes()[0])];
        if !alike.contains(&word) {
            alike.push(word);
        }
    }
    words
});

/// Whether a secret may begin with this word. Most keys end here.
fn may_tell(word: &str) -> bool {
    let [first, .., last] = word.as_bytes() else { return false };
    let ends = || ["password", "passwd", "pwd", "token", "tokens", "secret"].iter();
    TELLING[usize::from(*first)].iter().any(|known| known == word)
        || (matches!(last, b'd' | b'n' | b's' | b't') && ends().any(|end| word.ends_with(end)))
        || word.starts_with("password")
}

/// Whether a word is written so that it falls into pieces: `PaSsWoRd`, `p.a.s.s.w.o.r.d`.
fn is_torn(words: &[&str]) -> bool {
    let length: usize = words.iter().map(|word| word.len()).sum();
    let word = || words.concat();
    (6..=16).contains(&length) && (STRONG.contains(&word().as_str()) || weak(&[&word()]).is_some())
}

/// Whether the words of a key say by themselves that its value is secret.
pub(super) fn says_secret(words: &[&str]) -> bool {
    if words.len() > 1 && words.iter().any(|word| word.len() < 3) && is_torn(words) {
        return true;
    }
    if !words.iter().any(|word| may_tell(word)) {
        return false;
    }
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
    let word = words.first()?;
    let alike = &PHRASES[usize::from(*word.as_bytes().first()?)];
    let apart = alike.iter().filter(|(phrase, _)| words.starts_with(phrase));
    apart.map(|(phrase, _)| phrase.len()).max().or_else(|| {
        let run_together =
            || alike.iter().any(|(phrase, together)| phrase.len() > 1 && together == word);
        let prefixed = || {
            let front = word.strip_suffix("token").or_else(|| word.strip_suffix("tokens"));
            let front = front.or_else(|| word.strip_suffix("secret"));
            front.is_some_and(|front| WITH.contains(&front))
        };
        (word.len() >= 5 && (run_together() || prefixed())).then_some(1)
    })
}

/// A phrase, and the same as one word.
type Phrase = (&'static [&'static str], String);

/// The weak phrases, by what they begin with.
static PHRASES: LazyLock<[Vec<Phrase>; 256]> = LazyLock::new(|| {
    let mut phrases = [const { Vec::new() }; 256];
    for phrase in WEAK {
        phrases[usize::from(phrase[0].as_bytes()[0])].push((phrase, phrase.concat()));
    }
    phrases
});

/// What a word says of the number that follows it, in keys and in texts.
pub(in crate::redact) fn hint(word: &str) -> Option<Hint> {
    Some(match word {
        "phone" | "phones" | "telephone" | "tel" | "mobile" | "mobiles" | "cell" | "cellphone"
        | "fax" | "msisdn" | "whatsapp" | "telefon" | "handy" | "phonenumber" | "landline"
        | "callback" | "sms" | "telephones" | "cellular" | "tél" | "telefono" | "teléfono"
        | "telefone" | "telefoon" | "téléphone" | "celular" | "cellulare" | "movil" | "móvil"
        | "gsm" | "tlf" | "puhelin" | "komórka" | "hotline" | "helpline" | "pager" | "телефон"
        | "电话" | "電話" | "手机" | "携帯" | "전화" => Hint::Phone,
        "auth" => Hint::Credentials,
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
