//! The way back from another server to the caller, as far as an [`Aside`] goes; everything else that is
//! sent over it is dropped, or refused.

#![expect(deprecated, reason = "servers made for MCP before 2026-07-28 have nothing else")]

use std::convert::Infallible;

use rmcp::{
    ErrorData, RoleServer,
    model::{
        ClientJsonRpcMessage, ClientResult, ErrorCode, JsonRpcMessage, JsonRpcRequest,
        LoggingLevel, NumberOrString, ProgressToken, RequestMetaObject, ServerNotification,
        ServerRequest,
    },
    service::TxJsonRpcMessage,
    transport::Transport,
};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::questions::Questions;
use crate::{
    call::{Aside, Note},
    uri::normalized,
};

/// How grave they are, from the least.
pub(crate) const LEVELS: [LoggingLevel; 8] = [
    LoggingLevel::Debug,
    LoggingLevel::Info,
    LoggingLevel::Notice,
    LoggingLevel::Warning,
    LoggingLevel::Error,
    LoggingLevel::Critical,
    LoggingLevel::Alert,
    LoggingLevel::Emergency,
];

pub(crate) fn severity(level: LoggingLevel) -> Option<u8> {
    LEVELS.iter().position(|it| *it == level).and_then(|place| u8::try_from(place).ok())
}

pub(super) struct Line {
    aside: Aside,
    /// The addresses whose changes are told; none of a tool.
    watched: Option<Vec<String>>,
    /// Fires when nobody listens any more.
    over: CancellationToken,
    /// What of the caller it may ask.
    questions: Questions,
    /// Ends questions with the line.
    asking: DropGuard,
    answer: UnboundedSender<ClientJsonRpcMessage>,
    answers: UnboundedReceiver<ClientJsonRpcMessage>,
}

impl Line {
    /// The line of a tool; `meta` tells it what the caller wants to hear.
    pub(super) fn of_tool(
        aside: &Aside,
        questions: Questions,
        meta: &mut RequestMetaObject,
    ) -> Self {
        if aside.wants.progress {
            // Not the caller's own, which is a value.
            meta.set_progress_token(ProgressToken(NumberOrString::Number(0)));
        }
        if let Some(level) = aside.wants.severity.and_then(|least| LEVELS.get(usize::from(least))) {
            meta.set_log_level(*level);
        }
        Self::new(aside.clone(), questions, None, CancellationToken::new())
    }

    /// The line of what tells of changes.
    pub(super) fn of_updates(aside: Aside, watched: Vec<String>, over: CancellationToken) -> Self {
        Self::new(aside, Questions::default(), Some(watched), over)
    }

    fn new(
        aside: Aside,
        questions: Questions,
        watched: Option<Vec<String>>,
        over: CancellationToken,
    ) -> Self {
        let (answer, answers) = unbounded_channel();
        let asking = CancellationToken::new().drop_guard();
        Self { aside, watched, over, questions, asking, answer, answers }
    }

    /// Answers a request of the server, in time: it asks nothing that is not to be asked.
    fn ask(&self, request: JsonRpcRequest<ServerRequest>) {
        let question = self.questions.meanwhile(&request.request, self.aside.can);
        let (aside, answer, id) = (self.aside.clone(), self.answer.clone(), request.id);
        let asking = async move {
            let said = match question {
                Some(question) => aside.ask(question).await,
                None => None,
            };
            let said = said.and_then(|said| serde_json::from_value::<ClientResult>(said).ok());
            let message = said.map_or_else(
                || {
                    let words = "the client is not asked";
                    let error = ErrorData::new(ErrorCode::METHOD_NOT_FOUND, words, None);
                    JsonRpcMessage::error(error, Some(id.clone()))
                },
                |said| JsonRpcMessage::response(said, id.clone()),
            );
            let _ = answer.send(message);
        };
        let line = self.asking.token().clone();
        tokio::spawn(async move { line.run_until_cancelled(asking).await });
    }

    fn note(&self, notification: ServerNotification) -> Option<Note> {
        let wants = self.aside.wants;
        match (notification, &self.watched) {
            (ServerNotification::LoggingMessageNotification(log), None) => {
                let params = log.params;
                let severity = severity(params.level)?;
                let wanted = wants.severity.is_some_and(|least| severity >= least);
                wanted.then_some(Note::Log { severity, logger: params.logger, data: params.data })
            }
            (ServerNotification::ProgressNotification(progress), None) => {
                let params = progress.params;
                let own = params.progress_token == ProgressToken(NumberOrString::Number(0));
                (own && wants.progress).then_some(Note::Progress {
                    progress: params.progress,
                    total: params.total,
                    message: params.message,
                })
            }
            (ServerNotification::ResourceUpdatedNotification(update), Some(watched)) => {
                let uri = normalized(&update.params.uri)?;
                watched.iter().position(|it| *it == uri).map(Note::Updated)
            }
            _ => None,
        }
    }
}

impl Transport<RoleServer> for Line {
    type Error = Infallible;

    fn send(
        &mut self,
        message: TxJsonRpcMessage<RoleServer>,
    ) -> impl Future<Output = Result<(), Infallible>> + Send + 'static {
        let note = match message {
            JsonRpcMessage::Notification(notification) => self.note(notification.notification),
            JsonRpcMessage::Request(request) => {
                self.ask(request);
                None
            }
            _ => None,
        };
        let (aside, over) = (self.aside.clone(), self.over.clone());
        async move {
            if let Some(note) = note
                && !aside.say(note).await
            {
                over.cancel();
            }
            Ok(())
        }
    }

    async fn receive(&mut self) -> Option<ClientJsonRpcMessage> {
        self.answers.recv().await
    }

    async fn close(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}
