//! A handbook as an axum application of its own, and the nine lines (`// +`) that make it an MCP server.
//!
//!     cargo run --example existing_app -- [--port N]

use std::{
    collections::BTreeMap,
    error::Error,
    fmt,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Json, Router,
    extract::{FromRequestParts, Path, Request, State},
    http::{HeaderMap, StatusCode, header, request::Parts},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::get,
};
use doorman_axum::{Caller, expose, tools}; // +
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

#[derive(Clone)]
struct Handbook {
    pages: Arc<Mutex<BTreeMap<String, Page>>>,
    sessions: Arc<BTreeMap<String, User>>,
}

#[derive(Clone, Serialize, Deserialize, schemars::JsonSchema)] // +
struct Page {
    /// At most 80 letters.
    title: String,
    text: String,
}

/// Who reads; the middleware has found out.
#[derive(Clone)]
struct User(String);

/// A user who may write.
struct Editor(String);

impl<S: Sync> FromRequestParts<S> for Editor {
    type Rejection = (StatusCode, String);

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        match parts.extensions.get() {
            Some(User(name)) if ["ann", "writer"].contains(&&**name) => Ok(Self(name.clone())),
            Some(User(name)) => Err((StatusCode::FORBIDDEN, format!("{name} is no editor"))),
            None => Err((StatusCode::UNAUTHORIZED, "log in first".into())),
        }
    }
}

/// One page of the handbook.
#[expose(get = "/api/pages/{name}", scopes = ["pages:read"])] // +
async fn get_page(
    State(handbook): State<Handbook>,
    Path(name): Path<String>,
) -> Result<Json<Page>, (StatusCode, &'static str)> {
    let pages = handbook.pages.lock().unwrap_or_else(PoisonError::into_inner);
    pages.get(&name).cloned().map(Json).ok_or((StatusCode::NOT_FOUND, "there is no such page"))
}

/// Writes a page, in the place of the one that was there.
#[expose(put = "/api/pages/{name}", scopes = ["pages:write"], destructive)] // +
async fn put_page(
    Editor(editor): Editor,
    State(handbook): State<Handbook>,
    Path(name): Path<String>,
    Json(page): Json<Page>,
) -> Result<String, (StatusCode, &'static str)> {
    if page.title.trim().is_empty() || page.title.chars().count() > 80 {
        return Err((StatusCode::UNPROCESSABLE_ENTITY, "a title has 1 to 80 letters"));
    }
    let words = format!("{editor} wrote {name}");
    handbook.pages.lock().unwrap_or_else(PoisonError::into_inner).insert(name, page);
    Ok(words)
}

/// The names of all pages; for people only.
async fn names(State(handbook): State<Handbook>) -> Json<Vec<String>> {
    let pages = handbook.pages.lock().unwrap_or_else(PoisonError::into_inner);
    Json(pages.keys().cloned().collect())
}

/// Lets in whoever has a session.
async fn known(State(handbook): State<Handbook>, mut request: Request, next: Next) -> Response {
    let user = handbook.user(request.headers());
    let user = user.or(request.extensions().get::<Caller>().map(|it| User(it.subject().into()))); // +
    let Some(user) = user else {
        return (StatusCode::UNAUTHORIZED, "log in first").into_response();
    };
    request.extensions_mut().insert(user);
    next.run(request).await
}

impl Handbook {
    fn new(session: &str) -> Self {
        let welcome = Page {
            title: "Welcome".into(),
            text: "Coffee is on the left; ask ann@example.com for a key.".into(),
        };
        Self {
            pages: Arc::new(Mutex::new(BTreeMap::from([("welcome".into(), welcome)]))),
            sessions: Arc::new(BTreeMap::from([(session.into(), User("ann".into()))])),
        }
    }

    fn user(&self, headers: &HeaderMap) -> Option<User> {
        let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
        let session = cookies.split("; ").find_map(|cookie| cookie.strip_prefix("session="))?;
        self.sessions.get(session).cloned()
    }
}

fn app(handbook: Handbook) -> Router {
    let pages = Router::new().route("/", get(names)).route("/{name}", get(get_page).put(put_page));
    Router::new()
        .nest("/api", Router::new().nest("/pages", pages))
        .layer(from_fn_with_state(handbook.clone(), known))
        .fallback(async || (StatusCode::NOT_FOUND, "nothing is here"))
        .with_state(handbook)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port = port()?;
    let occupied = |error| format!("port {port}: {error}; take another with `--port N`");
    let listener = TcpListener::bind(("127.0.0.1", port)).await.map_err(occupied)?;
    let trial = Trial::at(listener.local_addr()?)?;
    let handbook = Handbook::new(&trial.session);
    let app = app(handbook);

    let auth = trial.auth()?; // +
    let tools = tools![get_page, put_page].through(app.clone()); // +
    let doorman = doorman::Doorman::builder("handbook").auth(auth).tools(tools).build()?; // +
    let app = app.merge(doorman_axum::router(doorman)?); // +

    println!("{trial}");
    axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).await?;
    Ok(())
}

// What follows is there to try it: a session, three tokens, and lines for a terminal.

struct Trial {
    origin: String,
    session: String,
    reader: String,
    writer: String,
    trainee: String,
}

impl Trial {
    fn at(address: SocketAddr) -> Result<Self, Box<dyn Error>> {
        Ok(Self {
            origin: format!("http://{address}"),
            session: random()?,
            reader: random()?,
            writer: random()?,
            trainee: random()?,
        })
    }

    /// A program of your own has an issuer: `OAuth::new("https://sso.example.com", …)?` is all then.
    fn auth(&self) -> Result<doorman::OAuth, doorman::Error> {
        let resource = format!("{}/mcp", self.origin);
        let token = |subject: &str| doorman::VerifiedToken::new(subject).audience(&*resource);
        let tokens = doorman::StaticTokens::new()
            .insert(&self.reader, token("reader").scopes("pages:read")?)
            .insert(&self.writer, token("writer").scopes("pages:read pages:write")?)
            .insert(&self.trainee, token("trainee").scopes("pages:read pages:write")?);
        Ok(doorman::OAuth::new(&self.origin, &resource)?.verifier(tokens))
    }

    fn call(&self, token: &str, tool: &str, arguments: &str) -> String {
        format!(
            "curl -si {}/mcp -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' \
             -H 'Accept: application/json, text/event-stream' \
             -d '{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{{\"name\":\"{tool}\",\"arguments\":{arguments}}}}}'",
            self.origin
        )
    }
}

impl fmt::Display for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const WELCOME: &str = r#"{"name":"welcome"}"#;
        const COFFEE: &str =
            r#"{"name":"coffee","title":"Coffee","text":"It is on the right now."}"#;
        let Self { origin, session, reader, writer, trainee } = self;
        writeln!(f, "Serving MCP at {origin}/mcp\n")?;
        writeln!(f, "Read a page as ever, by a session:")?;
        writeln!(f, "  curl -si {origin}/api/pages/welcome -H 'Cookie: session={session}'\n")?;
        writeln!(f, "Let an agent read it (the address in it is masked):")?;
        writeln!(f, "  {}\n", self.call(reader, "get_page", WELCOME))?;
        writeln!(f, "Be refused by doorman with 403, for the reader lacks the scope:")?;
        writeln!(f, "  {}\n", self.call(reader, "put_page", COFFEE))?;
        writeln!(f, "Be refused by the application, for the trainee is no editor:")?;
        writeln!(f, "  {}\n", self.call(trainee, "put_page", COFFEE))?;
        writeln!(f, "Write a page:")?;
        writeln!(f, "  {}", self.call(writer, "put_page", COFFEE))
    }
}

/// `--port N`; 8000 where it is not given.
fn port() -> Result<u16, Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => Ok(8000),
        ["--port", port] => {
            Ok(port.parse().map_err(|_| "`--port` takes a number from 0 to 65535")?)
        }
        _ => Err("usage: existing_app [--port N]".into()),
    }
}

fn random() -> Result<String, Box<dyn Error>> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(format!("{:032x}", u128::from_le_bytes(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_may_not_call_is_refused() -> Result<(), Box<dyn Error>> {
        let tools = tools![get_page, put_page].through(app(Handbook::new("s3ss10n")));
        let doorman = doorman::Doorman::builder("handbook").tools(tools).build()?;
        let report = doorman::testing::matrix(&doorman).await;
        assert!(report.is_clean(), "{report}");
        Ok(())
    }
}
