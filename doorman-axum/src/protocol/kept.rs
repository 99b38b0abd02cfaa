//! rmcp's own sessions, each in a place of its caller's.

use std::{cell::Cell, sync::Arc, time::Instant};

use doorman::private::Held;
use futures_util::Stream;
use rmcp::{
    model::{ClientJsonRpcMessage, ServerJsonRpcMessage},
    transport::streamable_http_server::session::{
        ServerSseMessage, SessionId, SessionManager,
        local::{LocalSessionManager, LocalSessionManagerError, SessionTransport},
    },
};

use super::PLACE;

pub(super) struct Kept {
    held: Arc<Held>,
    rmcp: LocalSessionManager,
}

impl Kept {
    pub(super) fn of(held: Arc<Held>) -> Self {
        let mut rmcp = LocalSessionManager::default();
        rmcp.session_config.keep_alive = Some(held.idle());
        Self { held, rmcp }
    }
}

type Kind = LocalSessionManagerError;

impl SessionManager for Kept {
    type Error = Kind;
    type Transport = SessionTransport;

    /// One that has no place is none.
    async fn create_session(&self) -> Result<(SessionId, SessionTransport), Kind> {
        let place = PLACE.try_with(Cell::take).ok().flatten();
        let place = place.ok_or_else(|| Kind::SessionNotFound("".into()))?;
        let (id, transport) = self.rmcp.create_session().await?;
        self.held.begin(&id, place, Instant::now());
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
        self.rmcp.has_session(id).await
    }

    async fn create_stream(
        &self,
        id: &SessionId,
        message: ClientJsonRpcMessage,
    ) -> Result<impl Stream<Item = ServerSseMessage> + Send + Sync + 'static, Kind> {
        self.rmcp.create_stream(id, message).await
    }

    async fn accept_message(
        &self,
        id: &SessionId,
        message: ClientJsonRpcMessage,
    ) -> Result<(), Kind> {
        self.rmcp.accept_message(id, message).await
    }

    async fn create_standalone_stream(
        &self,
        id: &SessionId,
    ) -> Result<impl Stream<Item = ServerSseMessage> + Send + Sync + 'static, Kind> {
        self.rmcp.create_standalone_stream(id).await
    }

    async fn resume(
        &self,
        id: &SessionId,
        last_event_id: String,
    ) -> Result<impl Stream<Item = ServerSseMessage> + Send + Sync + 'static, Kind> {
        self.rmcp.resume(id, last_event_id).await
    }
}
