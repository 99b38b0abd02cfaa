//! rmcp's own sessions, each in a place of its caller's.

use std::{
    cell::Cell,
    collections::{HashMap, HashSet},
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use doorman::private::Held;
use futures_util::{
    Stream, StreamExt as _,
    future::{Either, select},
    stream,
};
use rmcp::{
    model::{ClientJsonRpcMessage, GetExtensions as _, RequestId, ServerJsonRpcMessage},
    transport::streamable_http_server::session::{
        ServerSseMessage, SessionId, SessionManager,
        local::{LocalSessionManager, LocalSessionManagerError, SessionError, SessionTransport},
    },
};
use tokio::{sync::mpsc, time::timeout};

use super::{OWN, PLACE};

/// The most requests of a session that are under way.
const UNDER_WAY: usize = 256;
/// The most events that wait for the reader of an answer: more than a call may say. And of the stream that
/// answers nothing.
const OF_AN_ANSWER: usize = 1_100;
const OF_NONE: usize = 64;

pub(super) struct Kept {
    held: Arc<Held>,
    rmcp: Arc<LocalSessionManager>,
    under_way: Arc<UnderWay>,
}

type Kind = LocalSessionManagerError;

impl Kept {
    pub(super) fn of(held: Arc<Held>) -> Self {
        let mut rmcp = LocalSessionManager::default();
        rmcp.session_config.keep_alive = Some(held.idle());
        Self { held, rmcp: Arc::new(rmcp), under_way: Arc::default() }
    }
}

/// A session is reached only by a request that the gate found to be its owner's.
fn own(id: &SessionId) -> Result<(), Kind> {
    match OWN.try_with(|own| *own.id == **id) {
        Ok(true) => Ok(()),
        _ => Err(Kind::SessionNotFound("".into())),
    }
}

impl SessionManager for Kept {
    type Error = Kind;
    type Transport = SessionTransport;

    /// One that has no place is none.
    async fn create_session(&self) -> Result<(SessionId, SessionTransport), Kind> {
        let place = PLACE.try_with(Cell::take).ok().flatten();
        let place = place.ok_or_else(|| Kind::SessionNotFound("".into()))?;
        let (id, transport) = self.rmcp.create_session().await?;
        let over = self.held.begin(&id, place, Instant::now());
        let (held, rmcp, old) = (self.held.clone(), self.rmcp.clone(), id.clone());
        tokio::spawn(async move {
            if timeout(held.longest(), over).await.is_err() {
                held.end(&old);
                let _ = rmcp.close_session(&old).await;
            }
        });
        Ok((id, transport))
    }

    async fn close_session(&self, id: &SessionId) -> Result<(), Kind> {
        self.held.end(id);
        self.rmcp.close_session(id).await
    }

    async fn initialize_session(
        &self,
        id: &SessionId,
        message: ClientJsonRpcMessage,
    ) -> Result<ServerJsonRpcMessage, Kind> {
        self.rmcp.initialize_session(id, message).await
    }

    async fn has_session(&self, id: &SessionId) -> Result<bool, Kind> {
        Ok(own(id).is_ok() && self.rmcp.has_session(id).await?)
    }

    async fn create_stream(
        &self,
        id: &SessionId,
        mut message: ClientJsonRpcMessage,
    ) -> Result<impl Stream<Item = ServerSseMessage> + Send + Sync + 'static, Kind> {
        own(id)?;
        // rmcp mixes up what is under one number.
        let number = match &mut message {
            ClientJsonRpcMessage::Request(request) => {
                let number = self.under_way.begin(id, &request.id).map(Arc::new);
                // It goes with the request until that has ended, though nobody waits for the answer.
                request.request.extensions_mut().insert(number.clone());
                number
            }
            _ => None,
        };
        let Some(number) = number else {
            let _ = OWN.try_with(|own| own.is_taken.set(true));
            return Err(SessionError::DuplicatedRequestId(0).into());
        };
        Ok(drained(self.rmcp.create_stream(id, message).await?, OF_AN_ANSWER, Some(number)))
    }

    async fn accept_message(
        &self,
        id: &SessionId,
        message: ClientJsonRpcMessage,
    ) -> Result<(), Kind> {
        own(id)?;
        self.rmcp.accept_message(id, message).await
    }

    async fn create_standalone_stream(
        &self,
        id: &SessionId,
    ) -> Result<impl Stream<Item = ServerSseMessage> + Send + Sync + 'static, Kind> {
        own(id)?;
        Ok(drained(self.rmcp.create_standalone_stream(id).await?, OF_NONE, None))
    }

    async fn resume(
        &self,
        id: &SessionId,
        last_event_id: String,
    ) -> Result<impl Stream<Item = ServerSseMessage> + Send + Sync + 'static, Kind> {
        own(id)?;
        Ok(drained(self.rmcp.resume(id, last_event_id).await?, OF_AN_ANSWER, None))
    }
}

/// A stream that never keeps who sends waiting: rmcp serves nothing else of a session meanwhile. One whose
/// reader is too slow ends. What answers a request is under way until rmcp has answered, read or not.
fn drained(
    events: impl Stream<Item = ServerSseMessage> + Send + 'static,
    room: usize,
    number: Option<Arc<Number>>,
) -> impl Stream<Item = ServerSseMessage> + Send + Sync + 'static {
    let (send, mut receive) = mpsc::channel(room);
    tokio::spawn(async move {
        let mut events = pin!(events);
        match number {
            Some(_under_way) => {
                let mut send = Some(send);
                while let Some(event) = events.next().await {
                    send = send.filter(|send| send.try_send(event).is_ok());
                }
            }
            None => {
                while let Either::Left((Some(event), _)) =
                    select(events.next(), pin!(send.closed())).await
                    && send.try_send(event).is_ok()
                {}
            }
        }
    });
    stream::poll_fn(move |context| receive.poll_recv(context))
}

/// The requests of each session that are under way.
#[derive(Default)]
struct UnderWay(Mutex<HashMap<SessionId, HashSet<RequestId>>>);

/// One of them, until it is dropped.
struct Number(Arc<UnderWay>, SessionId, RequestId);

impl UnderWay {
    /// `None` where its number is taken, or there are too many.
    fn begin(self: &Arc<Self>, session: &SessionId, number: &RequestId) -> Option<Number> {
        let mut sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let numbers = sessions.entry(session.clone()).or_default();
        let is_new = numbers.len() < UNDER_WAY && numbers.insert(number.clone());
        is_new.then(|| Number(self.clone(), session.clone(), number.clone()))
    }
}

impl Drop for Number {
    fn drop(&mut self) {
        let Self(under_way, session, number) = self;
        let mut sessions = under_way.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(numbers) = sessions.get_mut(session) {
            numbers.remove(number);
            if numbers.is_empty() {
                sessions.remove(session);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn events(number: usize) -> impl Stream<Item = ServerSseMessage> + Send + 'static {
        stream::iter((0..number).map(|_| ServerSseMessage::retry(Duration::from_secs(1))))
    }

    #[tokio::test]
    async fn who_does_not_read_keeps_nobody_waiting_and_hears_the_end() {
        let under_way = Arc::new(UnderWay::default());
        let number = || under_way.begin(&"s".into(), &RequestId::Number(7));
        for is_answer in [true, false] {
            let unread = drained(events(100), 4, is_answer.then(|| number().unwrap().into()));
            while number().is_none() {
                tokio::task::yield_now().await;
            }
            assert_eq!(unread.count().await, 4);
        }
        assert_eq!(drained(events(100), 100, number().map(Arc::new)).count().await, 100);
    }

    #[tokio::test]
    async fn a_number_is_under_way_once_until_its_answer_though_nobody_reads() {
        let under_way = Arc::new(UnderWay::default());
        let session: SessionId = "s".into();
        let number = |number| under_way.begin(&session, &RequestId::Number(number));
        let (answer, answers) = mpsc::channel(1);
        let mut answers = answers;
        let unanswered = stream::poll_fn(move |context| answers.poll_recv(context));
        drop(drained(unanswered, 4, number(1).map(Arc::new)));
        assert!(number(1).is_none());
        assert!(under_way.begin(&"other".into(), &RequestId::Number(1)).is_some());
        drop(answer);
        while number(1).is_none() {
            tokio::task::yield_now().await;
        }
        let all: Vec<_> = (0..).map_while(number).collect();
        assert_eq!(all.len(), UNDER_WAY);
        drop(all);
        assert!(under_way.0.lock().unwrap().is_empty());
    }
}
