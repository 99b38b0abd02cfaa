//! One caller over a pair of streams: standard input and output.

mod lines;

use std::{collections::HashMap, sync::Arc};

use rmcp::{
    RoleServer,
    model::{
        ClientJsonRpcMessage, ClientNotification, GetExtensions as _, JsonRpcMessage, RequestId,
    },
    service::{QuitReason, TxJsonRpcMessage, serve_directly},
    transport::{Transport, async_rw::AsyncRwTransport},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::{OwnedSemaphorePermit, Semaphore},
};

use self::lines::Lines;
use super::{Entrance, Server};
use crate::{doorman::Doorman, error::Error};

/// The most requests that are read and not answered yet. Past it nothing is read.
const OPEN: u32 = 1024;

impl Doorman {
    /// Serves MCP on standard input and output until the input ends and what it asked for is answered.
    /// Nothing else may be written to standard output meanwhile: a `println!` in a tool breaks the
    /// protocol.
    ///
    /// Everyone who can write to the input is one caller: the principal of
    /// [`stdio_principal`](crate::DoormanBuilder::stdio_principal); else whoever the token in
    /// `DOORMAN_TOKEN` is of, which is verified at every request; else nobody, who may call `public`
    /// tools only. Of [`Doorman::dev`] it is `dev`.
    ///
    /// ```no_run
    /// # async fn run(doorman: doorman::Doorman) -> Result<(), doorman::Error> {
    /// doorman.serve_stdio().await
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::Setting`] where the token does not verify, or there is no `.auth(…)` to verify it;
    /// [`Error::Broken`] where the protocol's task ended before the input did.
    pub async fn serve_stdio(self) -> Result<(), Error> {
        serve_io(self, tokio::io::stdin(), tokio::io::stdout()).await
    }
}

/// Serves one caller over any pair of streams as over standard input and output.
///
/// # Errors
/// Those of [`Doorman::serve_stdio`].
pub async fn serve_io<R, W>(doorman: Doorman, read: R, write: W) -> Result<(), Error>
where
    R: AsyncRead + Send + Unpin + 'static,
    W: AsyncWrite + Send + Unpin + 'static,
{
    let served = serve(&doorman, read, write).await;
    if !doorman.finish().await {
        tracing::warn!("the audit log did not take every record before the end");
    }
    served
}

async fn serve<R, W>(doorman: &Doorman, read: R, write: W) -> Result<(), Error>
where
    R: AsyncRead + Send + Unpin + 'static,
    W: AsyncWrite + Send + Unpin + 'static,
{
    doorman.local().await.map_err(|denial| Error::Setting {
        setting: "DOORMAN_TOKEN",
        problem: match denial.status {
            401 | 429 => "holds a token that is not valid here",
            503 => "holds a token that cannot be verified at the moment",
            _ => "is set without `.auth(…)`",
        }
        .into(),
        allowed: "a token that `.auth(…)` verifies, for its resource",
    })?;
    // The line's end is not part of the message.
    let longest = doorman.body_limit().saturating_add(1);
    let lines =
        AsyncRwTransport::new_server(Lines::of(read, longest), write).with_max_line_length(longest);
    // As over HTTP, a request needs no handshake before it: so nothing that comes too early ends the
    // server.
    let server = Server::behind(Entrance::Stdio, doorman.clone());
    match serve_directly(server, Lasting::new(lines), None).waiting().await {
        Ok(QuitReason::Closed) => Ok(()),
        _ => Err(Error::Broken),
    }
}

/// A transport whose input ends once every request is answered, and every handler is done. rmcp would
/// wait five seconds for them and then drop them, destructive ones and all.
struct Lasting<T> {
    inner: T,
    input_ended: bool,
    open: Arc<Semaphore>,
    /// The requests that an answer is still to be written to.
    owed: HashMap<RequestId, Ticket>,
}

/// Keeps the transport open. The request's own context holds one, and so does its answer.
#[derive(Clone)]
struct Ticket {
    _open: Arc<OwnedSemaphorePermit>,
}

impl<T> Lasting<T> {
    fn new(inner: T) -> Self {
        let open = Arc::new(Semaphore::new(OPEN as usize));
        Self { inner, input_ended: false, open, owed: HashMap::new() }
    }
}

impl<T: Transport<RoleServer>> Transport<RoleServer> for Lasting<T> {
    type Error = T::Error;

    fn send(
        &mut self,
        message: TxJsonRpcMessage<RoleServer>,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send + 'static {
        let answered = match &message {
            JsonRpcMessage::Response(response) => Some(&response.id),
            JsonRpcMessage::Error(error) => error.id.as_ref(),
            _ => None,
        };
        let ticket = answered.and_then(|id| self.owed.remove(id));
        let sending = self.inner.send(message);
        async move {
            let sent = sending.await;
            drop(ticket);
            sent
        }
    }

    // rmcp drops this future whenever something else is to be done: it keeps nothing in itself.
    async fn receive(&mut self) -> Option<ClientJsonRpcMessage> {
        if !self.input_ended {
            let permit = self.open.clone().acquire_owned().await.ok()?;
            if let Some(mut message) = self.inner.receive().await {
                self.note(&mut message, Ticket { _open: Arc::new(permit) });
                return Some(message);
            }
            self.input_ended = true;
        }
        let _all = self.open.acquire_many(OPEN).await;
        None
    }

    fn close(&mut self) -> impl Future<Output = Result<(), Self::Error>> + Send {
        self.inner.close()
    }
}

impl<T> Lasting<T> {
    fn note(&mut self, message: &mut ClientJsonRpcMessage, ticket: Ticket) {
        match message {
            JsonRpcMessage::Request(request) => {
                request.request.extensions_mut().insert(ticket.clone());
                self.owed.insert(request.id.clone(), ticket);
            }
            JsonRpcMessage::Notification(notification) => {
                // rmcp answers no request that was cancelled; what still runs has a ticket of its own.
                if let ClientNotification::CancelledNotification(cancelled) =
                    &notification.notification
                    && let Some(id) = &cancelled.params.request_id
                {
                    self.owed.remove(id);
                }
            }
            _ => {}
        }
    }
}
