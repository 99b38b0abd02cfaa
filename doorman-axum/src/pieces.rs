//! Bodies that come in pieces.

use std::pin::pin;

use axum::body::{Bytes, HttpBody};
use http_body_util::BodyExt as _;

/// The whole of a body. Pieces are copied: each may be a byte that keeps a buffer of its connection.
pub(crate) async fn in_one_piece<B: HttpBody<Data = Bytes>>(body: B) -> Result<Bytes, B::Error> {
    let mut body = pin!(body);
    let mut whole = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(piece) = frame?.into_data() else { continue };
        if whole.is_empty() && body.is_end_stream() {
            return Ok(piece);
        }
        whole.extend_from_slice(&piece);
    }
    Ok(whole.into())
}

#[cfg(test)]
mod tests {
    use std::{
        convert::Infallible,
        sync::{
            Arc,
            atomic::{AtomicUsize, Ordering},
        },
    };

    use axum::body::Body;
    use futures_util::stream;

    use super::*;

    /// A buffer of which one byte is a piece.
    struct Buffer(Arc<AtomicUsize>);

    impl AsRef<[u8]> for Buffer {
        fn as_ref(&self) -> &[u8] {
            b"0123456789"
        }
    }

    impl Drop for Buffer {
        fn drop(&mut self) {
            self.0.fetch_sub(1, Ordering::Relaxed);
        }
    }

    #[tokio::test]
    async fn no_buffer_is_kept_while_the_next_piece_is_waited_for() {
        let kept = Arc::new(AtomicUsize::new(0));
        let most = Arc::new(AtomicUsize::new(0));
        let pieces = (0..100).map({
            let most = most.clone();
            move |at: usize| {
                most.fetch_max(kept.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
                let piece = Bytes::from_owner(Buffer(kept.clone())).slice(at % 10..=at % 10);
                Ok::<_, Infallible>(piece)
            }
        });
        let body = in_one_piece(Body::from_stream(stream::iter(pieces))).await.unwrap();
        assert_eq!(body, "0123456789".repeat(10));
        assert_eq!(most.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn bodies_of_one_piece_or_none_are_whole() {
        for text in ["", "a", "ab"] {
            assert_eq!(in_one_piece(Body::from(text)).await.unwrap(), text);
        }
    }
}
