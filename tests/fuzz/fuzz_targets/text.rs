//! Whatever the text is: no panic, the same twice, and an address that is put into it is gone.

#![no_main]

use doorman::Redactor;
use libfuzzer_sys::fuzz_target;

const PLANTED: &str = " planted.address@example.com ";

fuzz_target!(|input: &str| {
    let redactor = Redactor::new();
    let once = redactor.text(input).content().to_string();
    assert_eq!(redactor.text(&once).content().as_ref(), once);
    let middle = (input.len() / 2..=input.len()).find(|at| input.is_char_boundary(*at));
    let (before, after) = input.split_at(middle.unwrap_or(0));
    let planted = format!("{before}{PLANTED}{after}");
    assert!(!redactor.text(&planted).content().contains("planted.address@example.com"));
});
