//! What a tool says and asks before its result, made fit to be sent: redacted, bounded, and over with the call.

use std::{
    borrow::Cow,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use serde_json::Value;

use super::blocks::asked;
use crate::{
    call::{Aside, Call, Note},
    json,
    redact::{Redactions, Redactor},
};

/// The most that one call may say.
const MOST: usize = 1_000;
/// The most bytes of one thing that is said.
const LONGEST: usize = 16 << 10;
/// The most questions of one call.
const QUESTIONS: usize = 16;

/// Ends what a call may say where it is dropped; empty where nobody listens.
pub(super) struct Listening(Option<Arc<Said>>);

struct Said {
    redactor: Redactor,
    open: AtomicBool,
    number: AtomicUsize,
    questions: AtomicUsize,
    bytes: AtomicUsize,
    redactions: Mutex<Redactions>,
}

/// Opens the way to the caller for as long as its call runs. All that is said counts against the limit of
/// a result; what is too much is dropped.
pub(super) fn open(call: &mut Call, redactor: &Redactor) -> Listening {
    if !call.round.aside.leads_somewhere() {
        return Listening(None);
    }
    let said = Arc::new(Said {
        redactor: redactor.clone(),
        open: AtomicBool::new(true),
        number: AtomicUsize::new(MOST),
        questions: AtomicUsize::new(QUESTIONS),
        bytes: AtomicUsize::new(call.result_limit),
        redactions: Mutex::default(),
    });
    let outer = std::mem::take(&mut call.round.aside);
    let (wants, can) = (outer.wants, outer.can);
    let (asked, inner) = ((outer.clone(), said.clone()), said.clone());
    let aside = Aside::to(wants, move |note| {
        let (outer, said) = (outer.clone(), inner.clone());
        Box::pin(async move {
            let heard = match said.fit(note) {
                Some(note) => outer.say(note).await,
                None => said.open.load(Ordering::Acquire),
            };
            if !heard {
                said.open.store(false, Ordering::Release);
            }
            heard
        })
    });
    call.round.aside = aside.asking(can, move |question| {
        let (outer, said) = asked.clone();
        Box::pin(async move {
            let answer = outer.ask(said.question(question)?).await;
            answer.filter(|_| said.open.load(Ordering::Acquire))
        })
    });
    Listening(Some(said))
}

impl Listening {
    /// Nothing is heard from here on; gives what was masked in what was.
    pub(super) fn end(self) -> Option<Redactions> {
        let said = self.0.as_ref()?;
        said.open.store(false, Ordering::Release);
        Some(said.redactions.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        if let Some(said) = &self.0 {
            said.open.store(false, Ordering::Release);
        }
    }
}

impl Said {
    fn fit(&self, note: Note) -> Option<Note> {
        if !self.open.load(Ordering::Acquire) {
            return None;
        }
        if taken(&self.number, 1).is_none() {
            self.open.store(false, Ordering::Release);
            return None;
        }
        match note {
            Note::Log { severity, logger, data } => self.log(severity, logger, &data),
            Note::Progress { progress, total, message } => {
                let is_number = progress.is_finite() && total.is_none_or(f64::is_finite);
                let message = message.filter(|_| !self.redactor.declares());
                self.room(message.as_deref().map_or(0, str::len))?;
                let message = message.map(|message| self.text(&message));
                is_number.then_some(Note::Progress { progress, total, message })
            }
            Note::Updated(place) => Some(Note::Updated(place)),
        }
    }

    /// A question as it may be asked. It counts against what may be said.
    fn question(&self, question: Value) -> Option<Value> {
        if !self.open.load(Ordering::Acquire) {
            return None;
        }
        taken(&self.questions, 1)?;
        self.room(question.to_string().len())?;
        let mut redactions = Redactions::default();
        let question = asked(&self.redactor, question, &mut redactions);
        self.count(&redactions);
        question.filter(|question| !json::value_misleads(question))
    }

    fn log(&self, severity: u8, logger: Option<String>, data: &Value) -> Option<Note> {
        // What a schema declares as secret can stand in any words, where nothing finds it.
        if self.redactor.declares() {
            return None;
        }
        let data = data.to_string();
        self.room(data.len() + logger.as_deref().map_or(0, str::len))?;
        let redacted = self.redactor.json(data.as_bytes());
        self.count(redacted.redactions());
        let data = json::value(&redacted.into_content())?;
        let logger = logger.map(|logger| self.text(&logger));
        Some(Note::Log { severity, logger, data })
    }

    fn text(&self, text: &str) -> String {
        let redacted = self.redactor.text(text);
        self.count(redacted.redactions());
        Cow::into_owned(redacted.into_content())
    }

    fn room(&self, len: usize) -> Option<()> {
        if len > LONGEST { None } else { taken(&self.bytes, len) }
    }

    fn count(&self, redactions: &Redactions) {
        self.redactions.lock().unwrap_or_else(PoisonError::into_inner).add(redactions);
    }
}

fn taken(left: &AtomicUsize, some: usize) -> Option<()> {
    let less = |left: usize| left.checked_sub(some);
    left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).ok().map(|_| ())
}
