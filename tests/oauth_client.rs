//! rmcp's OAuth client between a server and the issuer of its tokens. The tests are the browser.

use std::{
    error::Error,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    extract::{Request, State},
    middleware::{Next, from_fn},
};
use doorman::{Doorman, OAuth};
use doorman_axum::{expose, tools};
use reqwest::redirect::Policy;
use rmcp::{
    RoleClient,
    model::{CallToolRequestParams, ProtocolVersion},
    service::{
        ClientInitializeError, ClientLifecycleMode, ClientServiceExt as _, RunningService,
        ServiceError,
    },
    transport::{
        AuthClient, AuthorizationManager, AuthorizationRequest, StreamableHttpClientTransport,
        WWWAuthenticateParams,
        auth::{AuthorizationCallback, AuthorizationMetadataSource, OAuthState},
        streamable_http_client::{InsufficientScopeError, StreamableHttpClientTransportConfig},
    },
};
use serde_json::{Value, json};

use crate::support::{
    ANY_RATE, Server,
    authorization_server::{AuthorizationServer, Grant},
    issuer::ISSUED_BY,
    serve_as_resource,
};

/// Nobody listens there: the browser stops before it.
const REDIRECT: &str = "http://127.0.0.1:9/callback";
const DOCUMENTS: [&str; 2] =
    ["/.well-known/oauth-protected-resource/mcp", "/.well-known/oauth-protected-resource"];

/// What reached the server, and how often its tools ran.
#[derive(Clone, Default)]
struct Seen {
    answers: Arc<Mutex<Vec<String>>>,
    reads: Arc<AtomicUsize>,
    writes: Arc<AtomicUsize>,
}

impl Seen {
    /// Every request with the status of its answer, as `GET /mcp 405`.
    fn answers(&self) -> Vec<String> {
        self.answers.lock().unwrap().clone()
    }

    fn calls(&self) -> [usize; 2] {
        [&self.reads, &self.writes].map(|calls| calls.load(Ordering::SeqCst))
    }
}

/// Reads.
#[expose(get = "/read", scopes = ["tools:read"])]
async fn read(State(seen): State<Seen>) -> &'static str {
    seen.reads.fetch_add(1, Ordering::SeqCst);
    "read"
}

/// Writes.
#[expose(post = "/write", scopes = ["tools:write"], destructive)]
async fn write(State(seen): State<Seen>) -> &'static str {
    seen.writes.fetch_add(1, Ordering::SeqCst);
    "written"
}

/// A server that is its own resource and trusts this issuer.
async fn start(issuer: &AuthorizationServer) -> (Server, Seen) {
    let seen = Seen::default();
    let build = |resource: &str| {
        let auth = OAuth::new(issuer.url(), resource).unwrap().jwks(&ISSUED_BY.jwks()).unwrap();
        let tools = tools![read, write].with_state(seen.clone());
        Doorman::builder("walk").auth(auth).rate_limit(ANY_RATE).tools(tools)
    };
    let answers = seen.answers.clone();
    let note = from_fn(move |request: Request, next: Next| {
        let answers = answers.clone();
        async move {
            let line = format!("{} {}", request.method(), request.uri().path());
            let response = next.run(request).await;
            answers.lock().unwrap().push(format!("{line} {}", response.status().as_u16()));
            response
        }
    });
    let server = serve_as_resource(build, |app| app.layer(note)).await;
    (server, seen)
}

fn lifecycles() -> [ClientLifecycleMode; 2] {
    let preferred_versions = vec![ProtocolVersion::V_2026_07_28];
    [ClientLifecycleMode::Initialize, ClientLifecycleMode::Discover { preferred_versions }]
}

fn http() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().redirect(Policy::none()).build().unwrap()
}

async fn connect(
    server: &Server,
    client: AuthClient<reqwest::Client>,
    lifecycle: ClientLifecycleMode,
) -> Result<RunningService<RoleClient, ()>, ClientInitializeError> {
    let config = StreamableHttpClientTransportConfig::with_uri(server.url());
    let transport = StreamableHttpClientTransport::with_client(client, config);
    ().serve_with_lifecycle(transport, lifecycle).await
}

/// The challenge to a client without a token.
async fn challenge(server: &Server, lifecycle: ClientLifecycleMode) -> String {
    let manager = AuthorizationManager::new(server.url()).await.unwrap();
    let refused = connect(server, AuthClient::new(http(), manager), lifecycle).await.unwrap_err();
    refused.auth_challenge().unwrap_or_else(|| panic!("{refused:?}")).to_owned()
}

/// Follows one redirect, and gives the address that the browser would go to.
async fn browse(url: &str) -> String {
    let answer = http().get(url).send().await.unwrap();
    assert_eq!(answer.status(), 302, "{url}: {}", answer.text().await.unwrap());
    answer.headers()["location"].to_str().unwrap().to_owned()
}

/// Goes from a challenge to a token for the scopes that it names.
async fn authorize(server: &Server, challenge: &str) -> AuthorizationManager {
    let mut state = OAuthState::new(server.url(), None).await.unwrap();
    let request = AuthorizationRequest::new(REDIRECT)
        .with_challenge(challenge)
        .with_initial_scope_selection();
    state.start_authorization(request).await.unwrap();
    let returned = browse(&state.get_authorization_url().await.unwrap()).await;
    assert!(returned.starts_with(REDIRECT), "{returned}");
    state.handle_callback_url(&returned).await.unwrap();
    state.into_authorization_manager().unwrap()
}

async fn call(
    agent: &RunningService<RoleClient, ()>,
    tool: &'static str,
) -> Result<Value, ServiceError> {
    let result = agent.call_tool(CallToolRequestParams::new(tool)).await?;
    Ok(serde_json::to_value(result).unwrap()["content"][0]["text"].clone())
}

/// The 403 that ended a call; rmcp's error of a call does not name its source.
fn insufficient(error: &ServiceError) -> &InsufficientScopeError {
    let ServiceError::TransportSend(transport) = error else { panic!("{error:?}") };
    let mut source: Option<&(dyn Error + 'static)> = Some(&*transport.error);
    while let Some(cause) = source {
        if let Some(found) = cause.downcast_ref() {
            return found;
        }
        source = cause.source();
    }
    panic!("{error:?}")
}

#[tokio::test]
async fn a_client_walks_from_no_token_to_one_more_scope() {
    for lifecycle in lifecycles() {
        let issuer = AuthorizationServer::start().await;
        let (server, seen) = start(&issuer).await;
        let metadata_url = format!("http://{}{}", server.address, DOCUMENTS[0]);
        let grant = |scopes: &str| Grant {
            client: "client-1".into(),
            resource: server.url(),
            scopes: scopes.into(),
        };

        let challenge = challenge(&server, lifecycle.clone()).await;
        assert_eq!(
            challenge,
            format!(r#"Bearer scope="tools:read", resource_metadata="{metadata_url}""#)
        );
        let manager = authorize(&server, &challenge).await;
        let document = format!("GET {} 200", DOCUMENTS[0]);
        assert_eq!(seen.answers(), ["POST /mcp 401", &document]);
        let first = [
            "GET /.well-known/oauth-authorization-server",
            "POST /register",
            "GET /authorize",
            "POST /token",
        ];
        assert_eq!(issuer.requests(), first);
        assert_eq!(issuer.grants(), [grant("tools:read")]);

        let client = AuthClient::new(http(), manager);
        let agent = connect(&server, client.clone(), lifecycle).await.unwrap();
        assert_eq!(call(&agent, "read").await.unwrap(), "read");
        let refused = call(&agent, "write").await.unwrap_err();
        let refused = insufficient(&refused);
        assert_eq!(
            refused.www_authenticate_header,
            format!(
                r#"Bearer error="insufficient_scope", scope="tools:write", resource_metadata="{metadata_url}""#
            )
        );
        assert_eq!((seen.calls(), issuer.requests().len()), ([1, 0], 4));

        // The client says which scope is missing and never steps up by itself: its caller asks it for
        // the address, and gives it what the browser brings back. The connection stays.
        let scope = refused.get_required_scope().unwrap();
        let manager = client.auth_manager.lock().await;
        let address = manager.request_scope_upgrade(scope).await.unwrap();
        let returned = AuthorizationCallback::from_redirect_url(&browse(&address).await).unwrap();
        let AuthorizationCallback { code, csrf_token, issuer: iss, .. } = returned;
        manager
            .exchange_code_for_token_with_issuer(&code, &csrf_token, iss.as_deref())
            .await
            .unwrap();
        drop(manager);
        assert_eq!(issuer.requests(), [&first[..], &first[2..]].concat());
        assert_eq!(issuer.grants(), [grant("tools:read"), grant("tools:read tools:write")]);

        assert_eq!(call(&agent, "write").await.unwrap(), "written");
        assert_eq!(call(&agent, "read").await.unwrap(), "read");
        assert_eq!(seen.calls(), [2, 1]);
        agent.cancel().await.unwrap();
        let records: Vec<_> = server
            .records
            .all()
            .iter()
            .map(|record| json!([record["tool"], record["status"], record["reason"]]))
            .collect();
        assert_eq!(
            records,
            [
                json!(["", "denied", "unauthenticated"]),
                json!(["read", "ok", "ok"]),
                json!(["write", "denied", "forbidden:scope"]),
                json!(["write", "ok", "ok"]),
                json!(["read", "ok", "ok"]),
            ]
        );
        assert_eq!(issuer.mistakes(), [""; 0]);
    }
}

#[tokio::test]
async fn a_token_for_another_resource_of_the_same_issuer_is_invalid() {
    for lifecycle in lifecycles() {
        let issuer = AuthorizationServer::start().await;
        let (own, own_seen) = start(&issuer).await;
        let (other, other_seen) = start(&issuer).await;
        let manager = authorize(&own, &challenge(&own, lifecycle.clone()).await).await;
        assert_eq!(issuer.grants()[0].resource, own.url());
        let client = AuthClient::new(http(), manager);

        let refused = connect(&other, client.clone(), lifecycle.clone()).await.unwrap_err();
        let challenge = refused.auth_challenge().unwrap();
        let read = WWWAuthenticateParams::parse(challenge, &other.url().parse().unwrap());
        assert!(read.is_invalid_token(), "{challenge}");
        assert_eq!(
            read.resource_metadata_url.unwrap().as_str(),
            format!("http://{}{}", other.address, DOCUMENTS[0])
        );
        assert_eq!(
            (other_seen.answers(), other_seen.calls()),
            (vec!["POST /mcp 401".into()], [0; 2])
        );
        let [record] = &other.records.all()[..] else { panic!("one record") };
        assert_eq!(
            (&record["reason"], &record["detail"]),
            (&json!("invalid_token"), &json!("audience"))
        );

        let agent = connect(&own, client, lifecycle).await.unwrap();
        assert_eq!(call(&agent, "read").await.unwrap(), "read");
        assert_eq!(own_seen.calls(), [1, 0]);
        agent.cancel().await.unwrap();
        assert_eq!(issuer.mistakes(), [""; 0]);
    }
}

#[tokio::test]
async fn both_documents_lead_to_the_same_resource_and_issuer() {
    let issuer = AuthorizationServer::start().await;
    let (server, _) = start(&issuer).await;
    for path in DOCUMENTS {
        let url = format!("http://{}{path}", server.address);
        let document: Value = http().get(&url).send().await.unwrap().json().await.unwrap();
        assert_eq!(document["resource"], json!(server.url()), "{path}");
        assert_eq!(document["authorization_servers"], json!([issuer.url()]), "{path}");

        let challenge = format!(r#"Bearer scope="tools:read", resource_metadata="{url}""#);
        let manager = AuthorizationManager::new(server.url()).await.unwrap();
        let found = manager.resolve_metadata_from_challenge(Some(&challenge)).await.unwrap();
        assert_eq!(found.source, AuthorizationMetadataSource::ProtectedResourceMetadata);
        assert_eq!(found.metadata.issuer.as_deref(), Some(issuer.url()));
        authorize(&server, &challenge).await;
        assert_eq!(issuer.grants().pop().unwrap().resource, server.url(), "{path}");
    }
    assert_eq!(issuer.mistakes(), [""; 0]);
}
