//! How many attempts are under way, and a wait until none is.

use std::{
    pin::pin,
    sync::atomic::{AtomicUsize, Ordering},
};

use tokio::sync::Notify;

#[derive(Default)]
pub(super) struct UnderWay {
    attempts: AtomicUsize,
    none: Notify,
}

impl UnderWay {
    pub(super) fn begin(&self) {
        self.attempts.fetch_add(1, Ordering::AcqRel);
    }

    pub(super) fn end(&self) {
        if self.attempts.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.none.notify_waiters();
        }
    }

    /// Waits until no attempt is under way.
    pub(super) async fn ended(&self) {
        let mut none = pin!(self.none.notified());
        loop {
            // What ends from here on is heard.
            none.as_mut().enable();
            if self.attempts.load(Ordering::Acquire) == 0 {
                return;
            }
            none.as_mut().await;
            none.set(self.none.notified());
        }
    }
}
