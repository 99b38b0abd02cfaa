//! Characters that nobody sees, looked for wherever a text is published.

use serde_json::Value;

use crate::schema::Object;

/// Whether a character shows nothing or turns the text around: what a person reviews would then not
/// be what a model reads.
pub(crate) fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{0}'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{7F}'..='\u{9F}' // control, but \t \n \r
        | '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}' | '\u{FE00}'..='\u{FE0E}' | '\u{FEFF}' | '\u{FFA0}'
        | '\u{FFF0}'..='\u{FFFB}' | '\u{13430}'..='\u{1343F}' | '\u{16FE4}' | '\u{1BCA0}'..='\u{1BCA3}'
        | '\u{1D159}' | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0000}'..='\u{E0FFF}')
}

/// The first hidden character in what a schema says, names and texts alike.
pub(crate) fn hidden_in(schema: &Value) -> Option<char> {
    match schema {
        Value::String(text) => text.chars().find(|c| is_hidden(*c)),
        Value::Array(items) => items.iter().find_map(hidden_in),
        Value::Object(members) => hidden_in_members(members),
        _ => None,
    }
}

pub(super) fn hidden_in_members(members: &Object) -> Option<char> {
    members.iter().find_map(|(name, member)| {
        name.chars().find(|c| is_hidden(*c)).or_else(|| hidden_in(member))
    })
}
