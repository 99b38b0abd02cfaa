//! E-mail addresses.

/// How far an address reaches on either side of its `@`, in bytes.
const LOCAL: usize = 128;
const DOMAIN: usize = 255;

/// The address around an `@`; what is looked at on either side is bounded.
pub(super) fn around(text: &str, at: usize) -> Option<(usize, usize)> {
    let start = local(text, at)?;
    let end = at + 1 + domain(&text[at + 1..])?;
    // `git@host:path` is an address of no person.
    (!(&text[start..at] == "git" && text[end..].starts_with([':', '/']))).then_some((start, end))
}

fn local(text: &str, at: usize) -> Option<usize> {
    let before = &text[floor(text, at.saturating_sub(LOCAL))..at];
    if let Some(inner) = before.strip_suffix('"') {
        // A quoted part may hold anything but a quote.
        let open = inner.rfind('"')?;
        let quoted = &inner[open + 1..];
        let address = !quoted.is_empty() && !quoted.contains(['\n', ':', '{', ',']);
        return address.then(|| at - before.len() + open);
    }
    let plain =
        before.bytes().rev().take_while(|b| b.is_ascii() && is_part(char::from(*b))).count();
    let mut ascii_only = before[before.len() - plain..].bytes().any(|b| b.is_ascii_alphanumeric());
    let mut start = at - plain;
    for (offset, c) in before[..before.len() - plain].char_indices().rev() {
        let part = is_part(c);
        // Where a script without blanks meets ASCII, the address begins.
        let script = !c.is_ascii() && is_unspaced(c);
        if !part || (ascii_only && script) {
            break;
        }
        ascii_only |= c.is_ascii_alphanumeric();
        start = at - before.len() + offset;
    }
    let name = &text[start..at];
    // Signs at the front belong to what stands before: `mailto=`, `'`, `/`.
    let cut = name.bytes().rposition(|b| {
        matches!(
            b,
            b'=' | b'/'
                | b'\''
                | b'`'
                | b'{'
                | b'}'
                | b'|'
                | b'?'
                | b'&'
                | b'*'
                | b'!'
                | b'#'
                | b'$'
                | b'^'
        )
    });
    let name = &name[cut.map_or(0, |cut| cut + 1)..];
    let name = name.trim_start_matches(['.', '-', '%', '~', '+']);
    let fine = name.chars().any(char::is_alphanumeric) && !name.ends_with('.');
    fine.then(|| at - name.len())
}

/// Whether the name of an address may hold it.
fn is_part(c: char) -> bool {
    let sign = |c| "._%+-!#$&'*/=?^`{|}~".contains(c);
    if c.is_ascii() { c.is_ascii_alphanumeric() || sign(c) } else { c.is_alphanumeric() }
}

/// The end of the domain that a text begins with.
fn domain(text: &str) -> Option<usize> {
    if let Some(literal) = text.strip_prefix('[') {
        let end = literal.bytes().take(48).position(|b| b == b']')?;
        return literal[..end].parse::<std::net::IpAddr>().is_ok().then_some(end + 2);
    }
    let text = &text[..floor(text, text.len().min(DOMAIN))];
    let plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.');
    let ascii = text.bytes().take_while(plain).count();
    let stops = |c: char| !(c.is_alphanumeric() || c == '-' || c == '.');
    let mut end = text[ascii..].find(stops).map_or(text.len(), |at| ascii + at);
    let starts_ascii = end > ascii && text.starts_with(|c: char| c.is_ascii_alphanumeric());
    if starts_ascii && let Some(at) = text[..end].find(is_unspaced) {
        // 中 after `.` is a label of an international name, and after a letter the next word.
        if !text[..at].ends_with('.') {
            end = at;
        }
    }
    let mut domain = text[..end].split("..").next()?.trim_end_matches(['.', '-']);
    loop {
        let (rest, last) = domain.rsplit_once('.')?;
        if is_top(last) {
            break;
        }
        // `a@b.com.1` is an address and a number.
        domain = rest.trim_end_matches(['.', '-']);
    }
    let labels = domain.split('.');
    let numeric = labels.clone().filter(|label| label.bytes().all(|b| b.is_ascii_digit())).count();
    let well_formed = labels
        .clone()
        .all(|label| !label.is_empty() && label.len() <= 63 && !label.starts_with('-'));
    let scale = domain.as_bytes().first().is_some_and(u8::is_ascii_digit)
        && domain.as_bytes().get(1) == Some(&b'x')
        && domain.as_bytes().get(2) == Some(&b'.');
    let last = domain.rsplit('.').next()?;
    (well_formed && numeric < 2 && !scale && !is_no_domain(&last.to_ascii_lowercase()))
        .then_some(domain.len())
}

/// Whether a last label is of names of files and parts of versions.
fn is_no_domain(label: &str) -> bool {
    matches!(
        label,
        "png"
            | "jpg"
            | "jpeg"
            | "gif"
            | "svg"
            | "webp"
            | "ico"
            | "pdf"
            | "js"
            | "mjs"
            | "ts"
            | "tsx"
            | "jsx"
            | "css"
            | "scss"
            | "json"
            | "html"
            | "htm"
            | "xml"
            | "yaml"
            | "yml"
            | "toml"
            | "lock"
            | "txt"
            | "csv"
            | "md"
            | "py"
            | "java"
            | "class"
            | "jar"
            | "war"
            | "exe"
            | "dll"
            | "tar"
            | "gz"
            | "tgz"
            | "whl"
            | "map"
            | "final"
            | "release"
            | "ga"
            | "snapshot"
            | "beta"
            | "alpha"
            | "log"
            | "cfg"
            | "conf"
            | "ini"
            | "bat"
            | "rb"
            | "php"
            | "cpp"
            | "sql"
            | "rar"
            | "mp3"
            | "mp4"
            | "woff"
            | "woff2"
            | "ttf"
            | "docx"
            | "xlsx"
            | "pptx"
            | "wasm"
            | "bin"
            | "iso"
            | "deb"
            | "rpm"
            | "dmg"
            | "apk"
            | "canary"
            | "nightly"
            | "patch"
            | "diff"
            | "bak"
            | "tmp"
    )
}

fn is_top(label: &str) -> bool {
    let count = label.chars().count();
    label.starts_with("xn--")
        || (label.chars().all(char::is_alphabetic)
            && ((2..=18).contains(&count) || (count == 1 && !label.is_ascii())))
}

fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{2E80}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}' | '\u{F900}'..='\u{FAFF}' | '\u{E00}'..='\u{E7F}')
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        let found = text.match_indices('@').filter_map(|(at, _)| around(text, at));
        found.map(|(start, end)| &text[start..end]).collect()
    }

    #[test]
    fn addresses_are_found_without_what_stands_around_them() {
        for (text, address) in [
            ("write to alice@example.com.", "alice@example.com"),
            ("<a.b+c@mail.example.co.uk>", "a.b+c@mail.example.co.uk"),
            ("mail=bob@example.com;", "bob@example.com"),
            ("用户@例え.jp", "用户@例え.jp"),
            ("písmena@example.com", "písmena@example.com"),
            ("a@b.xn--p1ai", "a@b.xn--p1ai"),
            ("'o'x@example.org'", "x@example.org"),
            ("x@[192.168.0.1]", "x@[192.168.0.1]"),
        ] {
            assert_eq!(found(text), [address], "{text}");
        }
    }

    #[test]
    fn other_signs_of_at_are_left() {
        for text in [
            "lib@7.1.2.Final",
            "icon@2x.png",
            "a@b",
            "@",
            "@@@@",
            "user@",
            "@example.com",
            "pkg@1.2.3",
            "git@github.com:org/repo",
            "z@co.c",
            "nbsp@te st",
            "@scope/pkg@1.0.0",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
    }
}
