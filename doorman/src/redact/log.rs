//! Fields of log lines as they may be written.

use std::fmt::{self, Write as _};

use serde_json::{Map, Value, json};
use tracing::field::{Field, Visit};

use super::{mask::MASK, redactor::Redactor};

impl Redactor {
    /// Writes a field of a log line: the value is looked at as that of a JSON member of this name, so that
    /// a sensitive name masks it. With `tracing-subscriber` it is all that a formatter needs:
    ///
    /// ```
    /// use doorman::Redactor;
    /// use tracing_subscriber::{field::MakeExt as _, fmt::format::debug_fn};
    ///
    /// let redactor = Redactor::new();
    /// let fields = debug_fn(move |writer, field, value| {
    ///     redactor.write_field(writer, field.name(), value)
    /// });
    /// let subscriber = tracing_subscriber::fmt().fmt_fields(fields.delimited(" ")).finish();
    /// tracing::subscriber::with_default(subscriber, || {
    ///     // INFO paid email="«redacted»" api_key=«redacted»
    ///     tracing::info!(email = "ann@example.com", api_key = 5, "paid");
    /// });
    /// ```
    ///
    /// Names of spans and targets are no fields, and formatters that write fields by themselves
    /// (`.json()`) do not ask this one.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_field(
        &self,
        out: &mut dyn fmt::Write,
        name: &str,
        value: &dyn fmt::Debug,
    ) -> fmt::Result {
        // A `Debug` that fails in the middle leaves what it wrote, as in a formatter.
        let mut shown = String::new();
        let outcome = write!(shown, "{value:?}");
        let (name, shown) = self.field(name, shown);
        match name.as_str() {
            "message" => out.write_str(&shown)?,
            name => write!(out, "{}={shown}", name.strip_prefix("r#").unwrap_or(name))?,
        }
        outcome
    }

    /// The name and the value as they may be shown.
    fn field(&self, name: &str, value: String) -> (String, String) {
        // A number is looked at as one, so that `tokens = 512` stays.
        let number = value.parse::<serde_json::Number>().ok();
        let document = json!({ name: number.map_or_else(|| Value::from(&*value), Value::from) });
        let document = document.to_string();
        let redacted = self.json(document.as_bytes()).into_content();
        let members: Map<String, Value> = serde_json::from_slice(&redacted).unwrap_or_default();
        match members.into_iter().next() {
            Some((name, Value::String(shown))) => (name, shown),
            Some((name, Value::Number(_))) => (name, value),
            _ => (name.to_owned(), MASK.to_owned()),
        }
    }
}

/// A visitor of `tracing` fields that writes them redacted, with blanks between them, for layers of one's own.
///
/// ```
/// use doorman::{LogFields, Redactor};
///
/// fn line(event: &tracing::Event<'_>, redactor: &Redactor) -> String {
///     let mut line = String::new();
///     event.record(&mut LogFields::new(redactor, &mut line));
///     line
/// }
/// ```
pub struct LogFields<'a> {
    redactor: &'a Redactor,
    out: &'a mut dyn fmt::Write,
    is_first: bool,
    outcome: fmt::Result,
}

impl<'a> LogFields<'a> {
    /// Writes to `out` by the rules of a redactor.
    ///
    /// ```
    /// # use doorman::{LogFields, Redactor};
    /// # use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
    /// # struct Lines(Redactor);
    /// # impl<S: tracing::Subscriber> Layer<S> for Lines {
    /// #     fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
    /// #         let redactor = &self.0;
    /// let mut line = String::new();
    /// event.record(&mut LogFields::new(redactor, &mut line));
    /// assert_eq!(line, "paid api_key=«redacted»");
    /// #     }
    /// # }
    /// # let subscriber = tracing_subscriber::registry().with(Lines(Redactor::new()));
    /// # tracing::subscriber::with_default(subscriber, || tracing::info!(api_key = 5, "paid"));
    /// ```
    pub fn new(redactor: &'a Redactor, out: &'a mut dyn fmt::Write) -> Self {
        Self { redactor, out, is_first: true, outcome: Ok(()) }
    }

    /// Whether all of it was written.
    ///
    /// ```
    /// # use doorman::{LogFields, Redactor};
    /// fn line(event: &tracing::Event<'_>, redactor: &Redactor) -> Result<String, std::fmt::Error> {
    ///     let mut line = String::new();
    ///     let mut fields = LogFields::new(redactor, &mut line);
    ///     event.record(&mut fields);
    ///     fields.finish().map(|()| line)
    /// }
    /// ```
    ///
    /// # Errors
    /// The first that occurred; nothing was written after it.
    pub fn finish(self) -> fmt::Result {
        self.outcome
    }
}

impl Visit for LogFields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if self.outcome.is_ok() {
            let blank = if self.is_first { "" } else { " " };
            self.is_first = false;
            let written = self.out.write_str(blank);
            self.outcome =
                written.and_then(|()| self.redactor.write_field(self.out, field.name(), value));
        }
    }
}

impl fmt::Debug for LogFields<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogFields").field("redactor", self.redactor).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    use tracing_subscriber::{
        Layer, Registry,
        field::MakeExt as _,
        fmt::{MakeWriter, format::debug_fn},
        layer::{Context, SubscriberExt as _},
    };

    use super::*;

    /// What was logged.
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Log {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    impl io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl<'a> MakeWriter<'a> for Log {
        type Writer = Self;

        fn make_writer(&'a self) -> Self {
            self.clone()
        }
    }

    /// A layer that writes fields by a visitor.
    struct Visiting(Redactor, Log);

    impl<S: tracing::Subscriber> Layer<S> for Visiting {
        fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
            let mut line = String::new();
            let mut fields = LogFields::new(&self.0, &mut line);
            event.record(&mut fields);
            fields.finish().unwrap();
            io::Write::write_all(&mut self.1.clone(), line.as_bytes()).unwrap();
        }
    }

    /// Logs planted secrets in every way that there is.
    fn plant() {
        #[expect(dead_code, reason = "`Debug` reads it")]
        #[derive(Debug)]
        struct User {
            id: u8,
            password: &'static str,
        }
        let error = io::Error::other("no answer for s3nt1nel@example.com");
        let error: &(dyn std::error::Error + 'static) = &error;
        let span = tracing::info_span!(
            "pay",
            user.email = "s3nt1nel@example.com",
            late = tracing::field::Empty
        );
        let _entered = span.enter();
        span.record("late", "Bearer s3nt1nel-s3nt1nel-s3nt1nel");
        tracing::info!(
            error,
            api_key = "s3nt1nel",
            authorization = ?Some("s3nt1nel"),
            user = ?User { id: 7, password: "s3nt1nel" },
            customer.note = %"s3nt1nel",
            pin = 731_731,
            number = 4_111_111_111_111_111_u64,
            phone = 4_155_550_100_u64,
            plain = "kept",
            "paid with password={} by {}", "s3nt1nel", "s3nt1nel@example.com"
        );
    }

    fn redactor() -> Redactor {
        Redactor::new().with_keys(["customer.note"]).unwrap()
    }

    fn holds(log: &str) {
        for secret in ["s3nt1nel", "731731", "4111111111111111", "4155550100"] {
            assert!(!log.contains(secret), "{log}");
        }
        assert!(log.contains("plain=\"kept\"") && log.contains("id: 7"), "{log}");
        assert!(log.contains("paid with password=«redacted» by «redacted»"), "{log}");
        assert!(
            log.contains("customer.note=«redacted»") && log.contains("pin=«redacted»"),
            "{log}"
        );
    }

    #[test]
    fn planted_secrets_are_in_no_line_of_a_formatter() {
        let (log, redactor) = (Log::default(), redactor());
        let fields =
            debug_fn(move |writer, field, value| redactor.write_field(writer, field.name(), value));
        let subscriber = tracing_subscriber::fmt()
            .with_writer(log.clone())
            .with_ansi(false)
            .fmt_fields(fields.delimited(" "))
            .finish();
        tracing::subscriber::with_default(subscriber, plant);
        let text = log.text();
        holds(&text);
        assert!(text.contains("pay{user.email=\"«redacted»\""), "{text}");
    }

    #[test]
    fn planted_secrets_are_in_no_line_of_a_visitor() {
        let log = Log::default();
        let subscriber = Registry::default().with(Visiting(redactor(), log.clone()));
        tracing::subscriber::with_default(subscriber, plant);
        holds(&log.text());
    }
}
