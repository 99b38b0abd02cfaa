//! Passwords in addresses.

use crate::redact::mask;

use super::code::is_placeholder;

/// The password in `scheme://user:password@host`, where `sign` is the colon.
pub(super) fn in_address(text: &str, sign: usize, ahead: &mut Ahead) -> Option<(usize, usize)> {
    const MOST: usize = 512;
    if sign == 0 || !text.as_bytes()[sign - 1].is_ascii_alphanumeric() {
        return None;
    }
    let start = sign + 3;
    let stops = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '`' | '\\');
    if ahead.stop < start {
        ahead.stop = text[start..].find(stops).map_or(text.len(), |at| start + at);
    }
    if ahead.at < start {
        ahead.at = text[start..].find('@').map_or(usize::MAX, |at| start + at);
    }
    let mut end = ahead.stop.min(start + MOST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let rest = &text[start..end];
    let next = ahead.at.checked_sub(start).filter(|at| *at < rest.len());
    let authority = &rest[..rest.find('/').unwrap_or(rest.len())];
    // A password may hold a slash itself: then what stands before it is no port.
    let authority = match authority.split_once(':') {
        Some((_, port)) if !authority.contains('@') && !is_port(port) => {
            &rest[..next.map_or(0, |at| at + 1)]
        }
        _ => authority,
    };
    let user_info = &authority[..authority.rfind('@')?];
    let colon = user_info.find(':')?;
    let password = &user_info[colon + 1..];
    let shown = mask::stands_for_all(password) || is_placeholder(password);
    (!password.is_empty() && !shown).then(|| (start + colon + 1, start + user_info.len()))
}

/// Signs that were found ahead, so that nothing is looked for twice.
#[derive(Default)]
pub(in crate::redact) struct Ahead {
    /// Where an address has to end.
    stop: usize,
    /// The next `@`.
    at: usize,
}

pub(super) fn is_port(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}
