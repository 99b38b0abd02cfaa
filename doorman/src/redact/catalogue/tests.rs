//! Every sample goes through the redactor, and the documentation is written from the catalogue.

use super::*;
use crate::redact::{MASK, NAMES, Redactor};

fn all() -> impl Iterator<Item = &'static Detector> {
    ALWAYS.into_iter().chain(OPTIONAL)
}

/// A redactor that looks for it.
fn redactor(detector: &Detector) -> Redactor {
    let optional = Set::named(detector.name).map(|_| detector.name);
    Redactor::new().with_kinds(optional).unwrap()
}

#[test]
fn what_samples_mark_is_masked_and_nothing_else() {
    let mut wrong = Vec::new();
    for detector in all() {
        for sample in detector.hidden {
            let sample = sample.replace('·', "");
            let mut expected = String::new();
            for (at, piece) in sample.split(['⟦', '⟧']).enumerate() {
                expected.push_str(if at % 2 == 1 { MASK } else { piece });
            }
            let text = sample.replace(['⟦', '⟧'], "");
            let redacted = redactor(detector).text(&text).into_content().into_owned();
            if redacted != expected {
                wrong.push(format!("{}: {text} became {redacted}", detector.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn samples_that_are_left_stay_as_they_are() {
    let mut wrong = Vec::new();
    for detector in all() {
        for text in detector.left {
            let redacted = redactor(detector).text(text);
            if redacted.content() != text {
                wrong.push(format!("{}: {text} became {}", detector.name, redacted.content()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_detector_has_ten_samples_of_either_sort() {
    for detector in all() {
        let Detector { name, hidden, left, .. } = detector;
        assert!(hidden.len() >= 10, "{name} has {} that are hidden", hidden.len());
        assert!(left.len() >= 10, "{name} has {} that are left", left.len());
    }
}

#[test]
fn an_optional_detector_is_named_as_its_kind() {
    let names: Vec<&str> = OPTIONAL.iter().map(|detector| detector.name).collect();
    assert!(OPTIONAL.iter().all(|detector| NAMES[detector.kind.index()] == detector.name));
    assert_eq!(ALLOWED.replace('`', "").replace(" and ", ", "), names.join(", "));
}

#[test]
fn what_is_optional_is_left_without_its_name() {
    let redactor = Redactor::new();
    for sample in OPTIONAL.iter().filter_map(|detector| detector.hidden.first()) {
        let text = sample.replace(['⟦', '⟧'], "");
        let redacted = redactor.text(&text);
        assert!(
            OPTIONAL
                .iter()
                .all(|one| !redacted.redactions().iter().any(|(kind, _)| kind == one.name))
        );
    }
}

/// A token of a vendor, made of its signs.
fn token(vendor: &Vendor, prefix: &str, length: usize) -> String {
    let signs = match vendor.made {
        Made::Hex => "a1b2c3d4e5f60718",
        Made::Plain => "a1B2c3D4e5F6g7H8",
        Made::Word => "a1B2-c3D4_e5F6g7",
        Made::Wide => "a1B2.c3D4+e5F6/7",
    };
    prefix.chars().chain(signs.chars().cycle().take(length - 1)).chain(['9']).collect()
}

#[test]
fn tokens_of_every_vendor_are_masked_from_their_least_length() {
    let redactor = Redactor::new();
    for vendor in VENDORS {
        for prefix in vendor.prefixes {
            for length in vendor.least..=vendor.most.min(vendor.least + 10) {
                let text = format!("see {} there", token(vendor, prefix, length));
                let expected = format!("see {MASK} there");
                assert_eq!(redactor.text(&text).content(), &expected, "{}: {text}", vendor.name);
            }
        }
    }
}

#[test]
fn prefixes_alone_are_no_tokens() {
    let redactor = Redactor::new();
    let prefixes = VENDORS.iter().flat_map(|vendor| vendor.prefixes);
    for prefix in prefixes.filter(|prefix| !prefix.ends_with('=')) {
        for text in [format!("{prefix}x1"), format!("see {prefix}"), format!("y{prefix}name")] {
            assert_eq!(redactor.text(&text).content(), &text);
        }
    }
}

#[test]
fn numbers_are_masked_under_keys_that_tell_of_them() {
    let redactor = Redactor::new().with_kinds(["br_cpf", "ca_sin", "birth_date"]).unwrap();
    for (document, expected) in [
        (r#"{"cpf": 52998224725}"#, r#"{"cpf": "«redacted»"}"#),
        (r#"{"cpf": 191}"#, r#"{"cpf": 191}"#),
        (r#"{"cpf": 1234567890}"#, r#"{"cpf": "«redacted»"}"#),
        (r#"{"id": 52998224725}"#, r#"{"id": 52998224725}"#),
        (r#"{"name": "SIN", "value": 130692544}"#, r#"{"name": "SIN", "value": "«redacted»"}"#),
        (r#"{"dob": 19800312}"#, r#"{"dob": "«redacted»"}"#),
    ] {
        let redacted = redactor.json(document.as_bytes());
        assert_eq!(String::from_utf8_lossy(redacted.content()), expected);
    }
}
