//! HTTP/1.1 as hostile and as patient as it is asked to be.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr, SocketAddrV4},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream},
    time::{sleep, timeout},
};

/// Longer than any answer takes that comes at all.
const PATIENCE: Duration = Duration::from_secs(120);

pub struct Connection {
    stream: TcpStream,
    /// What was read and belongs to no answer yet.
    rest: Vec<u8>,
}

pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
    /// Whether the connection takes another request.
    pub lasts: bool,
}

#[derive(Clone, Copy, PartialEq)]
pub enum Pace {
    Fast,
    /// A byte at a time.
    Slow,
}

impl Connection {
    /// Connects from one of many addresses of this machine.
    pub async fn open(server: SocketAddr, from: u32) -> io::Result<Self> {
        let [_, _, high, low] = (from % 60_000 + 256).to_be_bytes();
        let own = Ipv4Addr::new(127, 1, high, low);
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::V4(SocketAddrV4::new(own, 0)))?;
        Ok(Self { stream: socket.connect(server).await?, rest: Vec::new() })
    }

    pub async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await
    }

    /// One request and its answer.
    pub async fn ask(&mut self, request: &str, pace: Pace) -> io::Result<Answer> {
        self.write(request.as_bytes()).await?;
        timeout(PATIENCE, self.answer(pace)).await.map_err(io::Error::other)?
    }

    async fn answer(&mut self, pace: Pace) -> io::Result<Answer> {
        let (status, head) = self.head(pace).await?;
        let length = header(&head, "content-length").and_then(|length| length.parse().ok());
        let length: usize = length.ok_or_else(|| io::Error::other("no length"))?;
        while self.rest.len() < length {
            self.more(pace).await?;
        }
        let rest = self.rest.split_off(length);
        let body = std::mem::replace(&mut self.rest, rest);
        Ok(Answer { status, body, lasts: header(&head, "connection") != Some("close") })
    }

    /// The status and the head of an answer.
    pub async fn head(&mut self, pace: Pace) -> io::Result<(u16, String)> {
        loop {
            if let Some(end) = self.rest.windows(4).position(|four| four == b"\r\n\r\n") {
                let rest = self.rest.split_off(end + 4);
                let head = std::mem::replace(&mut self.rest, rest);
                let head = String::from_utf8(head).map_err(io::Error::other)?;
                let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
                return Ok((status.ok_or_else(|| io::Error::other("no status"))?, head));
            }
            self.more(pace).await?;
        }
    }

    async fn more(&mut self, pace: Pace) -> io::Result<()> {
        let mut buffer = [0; 8_192];
        let room = match pace {
            Pace::Fast => buffer.len(),
            Pace::Slow => {
                sleep(Duration::from_millis(2)).await;
                1
            }
        };
        match self.stream.read(&mut buffer[..room]).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            read => {
                self.rest.extend_from_slice(&buffer[..read]);
                Ok(())
            }
        }
    }

    /// Reads to the end of the connection, and gives how much there was.
    pub async fn drain(mut self) -> io::Result<usize> {
        let (mut buffer, mut total) = (vec![0; 65_536], self.rest.len());
        loop {
            match self.stream.read(&mut buffer).await? {
                0 => return Ok(total),
                read => total += read,
            }
        }
    }

    /// Reads a little now and then, for so long.
    pub async fn dawdle(&mut self, within: Duration) {
        let mut buffer = [0; 4_096];
        let _ = timeout(within, async {
            while self.stream.read(&mut buffer).await.is_ok_and(|read| read > 0) {
                sleep(Duration::from_millis(50)).await;
            }
        })
        .await;
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = head.lines().filter_map(|line| line.split_once(": "));
    lines.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}
