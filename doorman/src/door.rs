//! The other door: a program's request to a handler's own route, through the same guard.

use std::{any::Any, net::SocketAddr, sync::Arc, time::Instant};

use http::{HeaderMap, Response};
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use crate::{
    auth::Denial,
    call::{Call, Round},
    doorman::Doorman,
    error::Refusal,
    guard::{Refused, Served},
    principal::Principal,
    schema::Object,
};

/// What adapters keep of the toolsets whose routes are published.
#[must_use]
pub fn published(doorman: &Doorman) -> &[Arc<dyn Any + Send + Sync>] {
    &doorman.parts().published
}

/// Takes a request to the tool's handler, which gives a response and, where it is known, the size of its
/// body. The tool runs in a task of its own: a program that goes away drops this future, and neither a
/// destructive handler nor the record may end with it.
///
/// # Errors
/// The response that the program gets instead.
pub async fn enter<B, F>(
    doorman: &Doorman,
    tool: &str,
    principal: Principal,
    peer: Option<SocketAddr>,
    handler: F,
) -> Result<Response<B>, Denial>
where
    B: Send + 'static,
    F: Future<Output = (Response<B>, Option<usize>)> + Send + 'static,
{
    let parts = doorman.parts();
    let place = parts.index.get(tool).copied();
    let Some((place, found)) = place.and_then(|place| Some((place, parts.tools.get(place)?)))
    else {
        let (nothing, peer) = (Object::new(), peer.map(|peer| peer.ip()));
        let refused = parts.guard.unknown(tool, &nothing, &principal, peer, Instant::now());
        return Err(denial(doorman, &refused));
    };
    let gone = CancellationToken::new();
    let call = Call {
        spec: found.spec.clone(),
        arguments: Object::new(),
        principal,
        peer,
        headers: HeaderMap::new(),
        host: parts.host.clone(),
        result_limit: parts.result_limit,
        tool: place,
        gone: gone.clone(),
        round: Round::default(),
    };
    let _going = gone.drop_guard();
    let serving = doorman.clone();
    let served = tokio::spawn(
        async move {
            let handler = async {
                let (response, size) = handler.await;
                Served { response, size }
            };
            serving.parts().guard.serve(handler, call, Instant::now()).await
        }
        .in_current_span(),
    );
    match served.await {
        Ok(outcome) => outcome.map_err(|refused| denial(doorman, &refused)),
        // The task ended before its call, as the runtime does.
        Err(_) => Err(doorman.denial_on_route(&Refusal::Failed, "")),
    }
}

fn denial(doorman: &Doorman, Refused { refusal, request_id }: &Refused) -> Denial {
    doorman.denial_on_route(refusal, request_id)
}
