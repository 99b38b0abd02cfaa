//! Reads one input once, for `benches/instructions` to count the instructions of.
//!
//!     instructions doorman|serde_json SIZE KIND

use std::{env::args, error::Error, hint::black_box};

use doorman::Redactor;
use serde_json::Value;

mod inputs;

fn main() -> Result<(), Box<dyn Error>> {
    const USAGE: &str = "usage: instructions doorman|serde_json SIZE KIND";
    let [reader, size, kind] = args().skip(1).collect::<Vec<_>>().try_into().map_err(|_| USAGE)?;
    let mut documents = inputs::documents(size.parse()?).into_iter();
    let (_, input) = documents.find(|(name, _)| *name == kind).ok_or(USAGE)?;
    let redactor = Redactor::new();
    let read: &dyn Fn() = match reader.as_str() {
        "doorman" => &|| {
            black_box(redactor.json(black_box(&input)).redactions().total());
        },
        "serde_json" => &|| {
            let value: Value = serde_json::from_slice(black_box(&input)).expect("JSON");
            black_box(serde_json::to_vec(&value).expect("JSON"));
        },
        _ => return Err(USAGE.into()),
    };
    // What is built at the first time only is not counted.
    read();
    counted(read);
    println!("{}", input.len());
    Ok(())
}

/// Callgrind counts while this runs.
#[inline(never)]
fn counted(read: &dyn Fn()) {
    read();
}
