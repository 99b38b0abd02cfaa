//! A server for tests that writes its own bytes.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

pub(super) const ENDLESS: usize = 10 * 1024 * 1024;

/// What a server does with a request.
pub(in crate::auth) enum Reply {
    Bytes(Vec<u8>),
    /// This head, and then a body of 10 MB.
    Endless(&'static str),
    /// This much, and then nothing more.
    Stall(&'static str),
}

pub(in crate::auth) struct Server {
    pub(super) port: u16,
    /// The heads of the requests.
    pub(super) heard: Arc<Mutex<Vec<String>>>,
    /// What was written of an endless body.
    pub(super) written: Arc<AtomicUsize>,
}

impl Server {
    /// Answers each request by its path and the server's own origin.
    pub(in crate::auth) async fn start(
        reply: impl Fn(&str, &str) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let server = Self { port, heard, written: Arc::default() };
        let (origin, heard, written) =
            (server.origin(), Arc::clone(&server.heard), Arc::clone(&server.written));
        let reply = Arc::new(reply);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (origin, heard, written) =
                    (origin.clone(), Arc::clone(&heard), Arc::clone(&written));
                let reply = Arc::clone(&reply);
                tokio::spawn(async move {
                    let Some((stream, request)) = read_head(stream).await else { return };
                    let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
                    heard.lock().unwrap().push(request);
                    answer(stream, reply(&path, &origin), &written).await;
                });
            }
        });
        server
    }

    pub(in crate::auth) fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(in crate::auth) fn paths(&self) -> Vec<String> {
        let heard = self.heard.lock().unwrap();
        heard.iter().map(|head| head.split(' ').nth(1).unwrap().to_owned()).collect()
    }
}

async fn read_head(mut stream: TcpStream) -> Option<(TcpStream, String)> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    Some((stream, String::from_utf8(head).ok()?))
}

async fn answer(mut stream: TcpStream, reply: Reply, written: &AtomicUsize) {
    match reply {
        Reply::Bytes(bytes) => stream.write_all(&bytes).await.unwrap_or_default(),
        Reply::Endless(head) => {
            stream.write_all(head.as_bytes()).await.unwrap();
            // As a chunk of 16384 bytes where it is chunked, and a part of the body where it is not.
            let part = format!("4000\r\n{}\r\n", " ".repeat(0x4000));
            while written.load(Ordering::Relaxed) < ENDLESS
                && stream.write_all(part.as_bytes()).await.is_ok()
            {
                written.fetch_add(part.len(), Ordering::Relaxed);
            }
        }
        Reply::Stall(head) => {
            stream.write_all(head.as_bytes()).await.unwrap();
            std::future::pending::<()>().await;
        }
    }
}

pub(in crate::auth) fn text(text: &str) -> Reply {
    Reply::Bytes(text.into())
}

pub(super) fn ok(body: &str) -> Reply {
    with("", body)
}

pub(in crate::auth) fn with(header: &str, body: &str) -> Reply {
    text(&format!("HTTP/1.1 200 OK\r\n{header}Connection: close\r\n\r\n{body}"))
}

pub(super) fn not_found() -> Reply {
    text("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
}

pub(super) fn redirect(location: &str) -> Reply {
    text(&format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"))
}
