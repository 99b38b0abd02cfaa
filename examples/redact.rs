//! Redacts standard input, line by line: JSON documents, or with `--text` plain text.
//!
//!     echo '{"id": 7, "email": "ann@example.com"}' | cargo run --example redact -- --key 'internal_*'
//!
//! A line that is no JSON is redacted as text. `--key` may stand more than once.

use std::{
    io::{self, BufRead as _, BufReader, BufWriter, Write as _},
    process::ExitCode,
};

use doorman::Redactor;

fn main() -> ExitCode {
    let (redactor, text) = match options(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(mistake) => {
            eprintln!("redact: {mistake}; usage: redact [--text] [--key GLOB]…");
            return ExitCode::from(2);
        }
    };
    match redact(&redactor, text) {
        // Whoever read the output has seen enough.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            eprintln!("redact: {error}");
            ExitCode::FAILURE
        }
        _ => ExitCode::SUCCESS,
    }
}

/// The redactor that the arguments ask for, and whether lines are plain text.
fn options(mut arguments: impl Iterator<Item = String>) -> Result<(Redactor, bool), String> {
    let (mut keys, mut text) = (Vec::new(), false);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--text" => text = true,
            "--key" => keys.push(arguments.next().ok_or("`--key` needs a key")?),
            other => return Err(format!("there is no `{other}`")),
        }
    }
    let redactor = Redactor::new().with_keys(keys).map_err(|error| error.to_string())?;
    Ok((redactor, text))
}

fn redact(redactor: &Redactor, text: bool) -> io::Result<()> {
    let mut input = BufReader::new(io::stdin().lock());
    let mut output = BufWriter::new(io::stdout().lock());
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line)? > 0 {
        let end = line.len() - usize::from(line.ends_with(b"\n"));
        let (content, rest) = line.split_at(end);
        if text {
            let content = String::from_utf8_lossy(content);
            output.write_all(redactor.text(&content).content().as_bytes())?;
        } else {
            output.write_all(redactor.json(content).content())?;
        }
        output.write_all(rest)?;
        // Where more is there already, it goes out together.
        if input.buffer().is_empty() {
            output.flush()?;
        }
        line.clear();
    }
    output.flush()
}
