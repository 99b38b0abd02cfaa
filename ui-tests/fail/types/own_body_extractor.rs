use doorman_axum::{expose, tools};

struct Raw;

impl<S: Sync> axum::extract::FromRequest<S> for Raw {
    type Rejection = ();

    async fn from_request(_: axum::extract::Request, _: &S) -> Result<Self, ()> {
        Ok(Self)
    }
}

/// Refunds.
#[expose(post = "/refund", scopes = ["a"], destructive)]
async fn refund(_body: Raw) {}

fn main() {
    let _ = tools![refund].with_state(());
}
