//! Lines of input, whole before any of it is handed on: one that rmcp is not to read is handed on as a message
//! that is none.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncBufRead as _, AsyncRead, BufReader, ReadBuf};

use crate::json;

/// Valid JSON and no message: rmcp says so to who sent it.
const NO_MESSAGE: &[u8] = b"{}\n";

/// Reads lines. Longer ones than the longest go on in pieces: who reads them drops them.
pub(super) struct Lines<R> {
    read: BufReader<R>,
    longest: usize,
    line: Vec<u8>,
    is_whole: bool,
    handed_on: usize,
}

impl<R: AsyncRead> Lines<R> {
    pub(super) fn of(read: R, longest: usize) -> Self {
        let (read, line) = (BufReader::new(read), Vec::new());
        Self { read, longest, line, is_whole: false, handed_on: 0 }
    }
}

impl<R: AsyncRead + Unpin> AsyncRead for Lines<R> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        while !this.is_whole {
            let came = ready!(Pin::new(&mut this.read).poll_fill_buf(context))?;
            if came.is_empty() {
                // What breaks off is no line.
                return Poll::Ready(Ok(()));
            }
            let end = memchr::memchr(b'\n', came);
            let taken = end.map_or(came.len(), |end| end + 1);
            this.line.extend_from_slice(&came[..taken]);
            Pin::new(&mut this.read).consume(taken);
            let is_dropped = this.line.len() > this.longest;
            this.is_whole = end.is_some() || is_dropped;
            if this.is_whole && !is_dropped && json::misleads(&this.line) {
                NO_MESSAGE.clone_into(&mut this.line);
            }
        }
        let left = &this.line[this.handed_on..];
        let count = left.len().min(into.remaining());
        into.put_slice(&left[..count]);
        this.handed_on += count;
        if this.handed_on == this.line.len() {
            this.line.clear();
            (this.is_whole, this.handed_on) = (false, 0);
        }
        Poll::Ready(Ok(()))
    }
}
