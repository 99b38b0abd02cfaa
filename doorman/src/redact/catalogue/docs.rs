//! `docs/redaction.md`, written from the catalogue: `UPDATE_DOCS=1 cargo test -p mcp-doorman docs`.

use std::{fmt::Write as _, path::Path};

use super::{ALWAYS, Context, Detector, Made, OPTIONAL, Shape, VENDORS};

const HEAD: &str = "\
<!-- Written from doorman/src/redact/catalogue by its tests: UPDATE_DOCS=1 cargo test -p mcp-doorman docs -->
# What is redacted

Everything that a tool answers goes through one redactor: results, texts and error texts. What it finds
is replaced by `«redacted»`; everything else stays as it is, byte for byte. A value under a sensitive key
is masked whole, a container under one leaf by leaf, and `null` stays. The patterns look at values and at
keys, at JSON in strings and at base64 of texts (four levels deep in all), through JSON escapes and those of
programming languages, percent-encoding, HTML entities, full-width forms, digits of other scripts and
characters without width. What is no document is read as text; what is no UTF-8 becomes U+FFFD.

## Always

";

const BY_NAME: &str = "
## By name

These are off until somebody asks for them, because other values look alike, or because many answers are
about them: `Redactor::with_kinds([\"ip\", \"br_cpf\"])`, or for a server `.redact_kinds([\"ip\", \"br_cpf\"])`. A
detector that needs a word finds nothing without it: in the key, or in the 40 bytes before the value. A
number in JSON is found only by its key; up to three zeros that it lost at its front are put back.

";

const MASKS: &str = "
## Masks, and detectors of one's own

`.redact_mask(…)` for all kinds, `.redact_mask_for(kind, …)` for one: `«redacted»`, `«email»`,
`«email:7f3a90b1»` or `«…1111»`. The number of the third is HMAC-SHA-256 of the value under your key, by tenant,
with one spelling for all (e-mail in small letters, numbers by their digits); it has 32 bits, so that two
values may rarely share one. The last four stay only of eight characters or more. What stands in guillemets
is taken for a mask only where it is exactly one of these.

`.redact_detectors([Detector::pattern(\"employee_id\", r\"\\bEMP-\\d{6}\\b\")?])` looks for a pattern of the crate
`regex`, in linear time: matches up to 1 KiB, words in the key or in the 40 bytes before, where it asks for
any. `.redact_only([…])` looks for these kinds and no other.
";

const VENDOR_HEAD: &str = "
## Tokens of vendors

A prefix at the beginning of a word, and so many signs after it: hexadecimal digits (`h`), letters and digits
(`a`), also `_` and `-` (`w`), also `.`, `=`, `+`, `/` and `%` (`x`). Without a prefix: AWS access key ids,
bot tokens of Telegram and Discord, webhooks (Slack, Teams, Discord, Zapier, IFTTT), keys of Mailchimp,
Mailgun and MaxMind, Azure client secrets, Terraform Cloud tokens, access tokens of Facebook, Twitter, Asana
and Zoho.

";

const TAIL: &str = "
## What survives

Dates and times, epoch seconds to microseconds, UUIDs, hashes and commits, versions, dotted quads (unless
`ip` is on), ISBN and EAN, order and tracking numbers, coordinates, decimals, money, package URLs, base64 of
images, prose, and the members of the protocol. Keys that only sound sensitive (`max_tokens`, `token_type`,
`password_updated_at`), placeholders (`${DB_PASSWORD}`) and code that fetches a secret stay too.

## What patterns cannot find

* What looks like nothing in particular: names of people, addresses of streets, health, opinions.
* Prose that tells a secret: \"the password is swordfish\". There is no sign that a value begins.
* Secrets without a prefix, a checksum or a telling key: a random word in a list of words. `entropy` finds
  some of them, beside a telling word. Of cards and accounts, one in ten wrong numbers has a right check
  digit: a number that is no card may be masked where its first digits are those of an issuer.
* Tokens whose vendor is not listed, and what is written together with other letters: `mytokenghp_…`.
* Columns: a value that stands below or beside the name of its column, in CSV, TSV or Markdown.
* What is encoded in a way that is not undone: hexadecimal, compressed or encrypted text, text in images;
  nor base64 of fewer than 12 bytes.
* A value that is cut into pieces: over several members, lines or messages, or by markup; or with another
  word for a sign (`ann at example dot com`). Blanks, dashes, points and slashes within a card are seen.
* Numbers without a checksum that stand alone: seven to eleven bare digits are a telephone number only
  behind a word or a key that says so, and so are groups of digits without `+`, `(` or a 0 in front.
* A word of the context in a language that is not listed, or further away than 40 bytes.
* A password on a command line (`mysql -phunter2`) without an option that says so, and one that a text
  itself already covers in part.

Where the place is known, declare it: `redact = [\"note\", \"customer.*\"]` masks whatever stands there.
";

fn written() -> String {
    let mut text = HEAD.to_owned();
    table(&mut text, &ALWAYS);
    text.push_str(BY_NAME);
    table(&mut text, &OPTIONAL);
    text.push_str(MASKS);
    text.push_str(VENDOR_HEAD);
    let mut last = "";
    for vendor in VENDORS {
        let made = match vendor.made {
            Made::Hex => 'h',
            Made::Plain => 'a',
            Made::Word => 'w',
            Made::Wide => 'x',
        };
        if vendor.name == last {
            text.push_str(", ");
        } else {
            let _ =
                write!(text, "{}* `{}`: ", if last.is_empty() { "" } else { "\n" }, vendor.name);
        }
        last = vendor.name;
        let prefixes: Vec<String> =
            vendor.prefixes.iter().map(|prefix| format!("`{prefix}`")).collect();
        let most = match vendor.most {
            usize::MAX => String::new(),
            most if most == vendor.least => " exactly".to_owned(),
            most => format!(" to {most}"),
        };
        let _ = write!(text, "{} {}{made}{most}", prefixes.join(" "), vendor.least);
    }
    text.push('\n');
    text.push_str(TAIL);
    text
}

fn table(text: &mut String, detectors: &[&Detector]) {
    text.push_str("| name | what | checks | words |\n|---|---|---|---|\n");
    for detector in detectors {
        let needed = match detector.shape {
            Shape::Laid { alone: [], .. } | Shape::Read { alone: false, .. } => "needs ",
            _ => "where bare: ",
        };
        let words = match detector.context {
            Context::None => String::new(),
            Context::Needs(words) => format!("{needed}{}", words.join(", ")),
            Context::Refuses(words) => format!("refuses {}", words.join(", ")),
        };
        let Detector { name, what, checks, .. } = detector;
        let _ = writeln!(text, "| `{name}` | {what} | {checks} | {words} |");
    }
}

#[test]
fn the_documentation_is_that_of_the_catalogue() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/redaction.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&file, written()).unwrap();
    }
    let found = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        found == written(),
        "docs/redaction.md is old: UPDATE_DOCS=1 cargo test -p mcp-doorman docs"
    );
}
