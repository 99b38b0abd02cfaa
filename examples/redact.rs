//! Redacts standard input, line by line: JSON documents, plain text (`--text`), or texts as JSON strings
//! (`--strings`); or all of it as one document (`--whole`).
//!
//!     echo '{"id": 7, "email": "ann@example.com"}' | cargo run --example redact -- --key 'internal_*'
//!
//! A line that is no JSON is redacted as text. `--help` tells the rest.

use std::{
    borrow::Cow,
    env,
    io::{self, BufRead as _, BufReader, BufWriter, Read as _, Write},
    process::ExitCode,
};

use doorman::{Mask, Redactions, Redactor};
use serde::Deserialize;

const USAGE: &str = "usage: redact [--text | --strings | --whole] [--key GLOB]… [--only KIND]… [--with KIND]… \
     [--mask STYLE] [--report] [--help]";

const HELP: &str = "
  one JSON document a line comes in, and goes out redacted; or:
  --text        a line is plain text
  --strings     a line is a JSON string holding a text, and goes out as
                {\"redacted\": \"…\", \"spans\": [[start, end, \"kind\"], …]}, by UTF-8 bytes of that text
  --whole       all of the input is one document, whatever it is
  --key GLOB    masks the values of such keys too (`internal_*`, `card.*`)
  --only KIND   looks for this kind and no other (`email`, `key`, …)
  --with KIND   looks also for this kind (`ip`, `mac`, `crypto`, `entropy`, …)
  --mask STYLE  redacted («redacted»), typed («email»), pseudonym («email:7f3a90b1») or last4 («…1111»)
  --report      counts what was masked, as one line of JSON on standard error

  What goes over several lines (a private key, a document) is seen as one only with `--whole`.
  The key of pseudonyms is what `REDACT_KEY` holds, 32 bytes or more; without it a random one, so that
  pseudonyms are other ones in every run. The exit code is 1 where a line of `--strings` was none.
";

const VARIABLE: &str = "REDACT_KEY";

fn main() -> ExitCode {
    let options = match Options::read(env::args_os().skip(1)) {
        Ok(options) => options,
        Err(mistake) => {
            eprintln!("redact: {mistake}; {USAGE}");
            return ExitCode::from(2);
        }
    };
    if options.help {
        return match io::stdout().write_all(format!("{USAGE}\n{HELP}").as_bytes()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        };
    }
    let mut filter = Filter {
        redactor: options.redactor,
        unit: options.unit,
        redactions: Redactions::default(),
        malformed: false,
    };
    let run = filter.run();
    if options.report {
        eprintln!("{}", serde_json::json!(filter.redactions));
    }
    match run {
        // Whoever read the output has seen enough.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            eprintln!("redact: {error}");
            ExitCode::FAILURE
        }
        _ if filter.malformed => ExitCode::FAILURE,
        _ => ExitCode::SUCCESS,
    }
}

/// What is redacted at once.
#[derive(Clone, Copy, PartialEq)]
enum Unit {
    Document,
    Text,
    String,
    Everything,
}

/// What the arguments ask for.
struct Options {
    redactor: Redactor,
    unit: Unit,
    report: bool,
    help: bool,
}

impl Options {
    fn read(arguments: impl Iterator<Item = std::ffi::OsString>) -> Result<Self, String> {
        let (mut keys, mut only, mut with) = (Vec::new(), Vec::new(), Vec::new());
        let (mut unit, mut mask) = (Unit::Document, Mask::default());
        let (mut report, mut help) = (false, false);
        let mut arguments = arguments
            .map(|argument| argument.into_string().map_err(|_| "an argument is not UTF-8"));
        while let Some(argument) = arguments.next().transpose()? {
            let mut value = |what| {
                let value = arguments.next().transpose()?;
                value.ok_or_else(|| format!("`{argument}` needs {what}"))
            };
            match argument.as_str() {
                "--text" | "--strings" | "--whole" if unit != Unit::Document => {
                    return Err(format!("`{argument}` is one too many"));
                }
                "--text" => unit = Unit::Text,
                "--strings" => unit = Unit::String,
                "--whole" => unit = Unit::Everything,
                "--key" => keys.push(value("a key")?),
                "--only" => only.push(value("a kind")?),
                "--with" => with.push(value("a kind")?),
                "--mask" => mask = value("a style")?.parse().map_err(said)?,
                "--report" => report = true,
                "--help" | "-h" => help = true,
                other => return Err(format!("there is no `{other}`")),
            }
        }
        let mut redactor = Redactor::new();
        if !only.is_empty() {
            redactor = redactor.only(only).map_err(said)?;
        }
        redactor = redactor.with_keys(keys).map_err(said)?.with_kinds(with).map_err(said)?;
        if mask == Mask::Pseudonym {
            redactor = redactor.pseudonyms(&key()?).map_err(said)?;
        }
        let redactor = redactor.masked(mask).map_err(said)?;
        Ok(Self { redactor, unit, report, help })
    }
}

/// The key of pseudonyms.
fn key() -> Result<Vec<u8>, String> {
    if let Some(key) = env::var_os(VARIABLE) {
        return Ok(key.into_encoded_bytes());
    }
    let mut key = vec![0; 32];
    getrandom::fill(&mut key).map_err(|_| "there is no randomness for a key")?;
    Ok(key)
}

#[expect(clippy::needless_pass_by_value, reason = "`map_err` gives it away")]
fn said(error: doorman::Error) -> String {
    error.to_string()
}

/// A JSON string, copied only where it has escapes.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

struct Filter {
    redactor: Redactor,
    unit: Unit,
    redactions: Redactions,
    /// Whether a line was not what it should be.
    malformed: bool,
}

impl Filter {
    fn run(&mut self) -> io::Result<()> {
        const SIZE: usize = 1 << 18;
        let mut input = BufReader::with_capacity(SIZE, io::stdin().lock());
        let mut output = BufWriter::with_capacity(SIZE, io::stdout().lock());
        let mut line = Vec::new();
        if self.unit == Unit::Everything {
            input.read_to_end(&mut line)?;
            self.one(&line, &mut output)?;
            return output.flush();
        }
        loop {
            // A line that is all there is not copied.
            let there = input.buffer();
            if let Some(end) = memchr::memchr(b'\n', there) {
                self.one(&there[..end], &mut output)?;
                output.write_all(b"\n")?;
                input.consume(end + 1);
            } else {
                line.clear();
                if input.read_until(b'\n', &mut line)? == 0 {
                    break;
                }
                let ends = line.ends_with(b"\n");
                self.one(&line[..line.len() - usize::from(ends)], &mut output)?;
                output.write_all(if ends { b"\n" } else { b"" })?;
            }
            // Where more is there already, it goes out together.
            if input.buffer().is_empty() {
                output.flush()?;
            }
        }
        output.flush()
    }

    /// Redacts one line, or everything.
    fn one(&mut self, content: &[u8], output: &mut impl Write) -> io::Result<()> {
        match self.unit {
            Unit::Document | Unit::Everything => {
                let redacted = self.redactor.json(content);
                self.redactions.add(redacted.redactions());
                output.write_all(redacted.content())
            }
            Unit::Text => {
                let content = String::from_utf8_lossy(content);
                let redacted = self.redactor.text(&content);
                self.redactions.add(redacted.redactions());
                output.write_all(redacted.content().as_bytes())
            }
            Unit::String => self.string(content, output),
        }
    }

    fn string(&mut self, line: &[u8], output: &mut impl Write) -> io::Result<()> {
        let Ok(Text(text)) = serde_json::from_slice(line) else {
            self.malformed = true;
            return output.write_all(br#"{"error": "the line is no JSON string"}"#);
        };
        let redacted = self.redactor.text(&text);
        self.redactions.add(redacted.redactions());
        output.write_all(br#"{"redacted": "#)?;
        serde_json::to_writer(&mut *output, redacted.content())?;
        output.write_all(br#", "spans": ["#)?;
        for (place, span) in redacted.spans().enumerate() {
            let comma = if place > 0 { ", " } else { "" };
            write!(output, "{comma}[{}, {}, \"{}\"]", span.range.start, span.range.end, span.kind)?;
        }
        output.write_all(b"]}")
    }
}
