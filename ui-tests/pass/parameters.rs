//! Any number of parameters: up to 12 of a plain function, up to 16 of a handler.

use axum::http::HeaderMap;

/// Takes 0.
#[doorman::expose(public, read_only)]
#[must_use]
pub fn plain_0() -> u64 {
    0
}

/// Takes 1.
#[doorman::expose(public, read_only)]
#[must_use]
pub fn plain_1(p0: u64) -> u64 {
    p0
}

/// Takes 2.
#[doorman::expose(public, read_only)]
#[must_use]
pub fn plain_2(p0: u64, p1: u64) -> u64 {
    p0 + p1
}

/// Takes 3.
#[doorman::expose(public, read_only)]
#[must_use]
pub fn plain_3(p0: u64, p1: u64, p2: u64) -> u64 {
    p0 + p1 + p2
}

/// Takes 4.
#[doorman::expose(public, read_only)]
#[must_use]
pub fn plain_4(p0: u64, p1: u64, p2: u64, p3: u64) -> u64 {
    p0 + p1 + p2 + p3
}

/// Takes 5.
#[doorman::expose(public, read_only)]
#[must_use]
pub fn plain_5(p0: u64, p1: u64, p2: u64, p3: u64, p4: u64) -> u64 {
    p0 + p1 + p2 + p3 + p4
}

/// Takes 6.
#[doorman::expose(public, read_only)]
#[must_use]
pub fn plain_6(p0: u64, p1: u64, p2: u64, p3: u64, p4: u64, p5: u64) -> u64 {
    p0 + p1 + p2 + p3 + p4 + p5
}

/// Takes 7.
#[doorman::expose(public, read_only)]
#[must_use]
pub fn plain_7(p0: u64, p1: u64, p2: u64, p3: u64, p4: u64, p5: u64, p6: u64) -> u64 {
    p0 + p1 + p2 + p3 + p4 + p5 + p6
}

/// Takes 8.
#[doorman::expose(public, read_only)]
#[must_use]
#[expect(clippy::too_many_arguments, reason = "that many are asked")]
pub fn plain_8(p0: u64, p1: u64, p2: u64, p3: u64, p4: u64, p5: u64, p6: u64, p7: u64) -> u64 {
    p0 + p1 + p2 + p3 + p4 + p5 + p6 + p7
}

/// Takes 9.
#[doorman::expose(public, read_only)]
#[must_use]
#[expect(clippy::too_many_arguments, reason = "that many are asked")]
pub fn plain_9(p0: u64, p1: u64, p2: u64, p3: u64, p4: u64, p5: u64, p6: u64, p7: u64, p8: u64) -> u64 {
    p0 + p1 + p2 + p3 + p4 + p5 + p6 + p7 + p8
}

/// Takes 10.
#[doorman::expose(public, read_only)]
#[must_use]
#[expect(clippy::too_many_arguments, reason = "that many are asked")]
pub fn plain_10(p0: u64, p1: u64, p2: u64, p3: u64, p4: u64, p5: u64, p6: u64, p7: u64, p8: u64, p9: u64) -> u64 {
    p0 + p1 + p2 + p3 + p4 + p5 + p6 + p7 + p8 + p9
}

/// Takes 11.
#[doorman::expose(public, read_only)]
#[must_use]
#[expect(clippy::too_many_arguments, reason = "that many are asked")]
pub fn plain_11(p0: u64, p1: u64, p2: u64, p3: u64, p4: u64, p5: u64, p6: u64, p7: u64, p8: u64, p9: u64, p10: u64) -> u64 {
    p0 + p1 + p2 + p3 + p4 + p5 + p6 + p7 + p8 + p9 + p10
}

/// Takes 12.
#[doorman::expose(public, read_only)]
#[must_use]
#[expect(clippy::too_many_arguments, reason = "that many are asked")]
pub fn plain_12(p0: u64, p1: u64, p2: u64, p3: u64, p4: u64, p5: u64, p6: u64, p7: u64, p8: u64, p9: u64, p10: u64, p11: u64) -> u64 {
    p0 + p1 + p2 + p3 + p4 + p5 + p6 + p7 + p8 + p9 + p10 + p11
}

/// Takes 0.
#[doorman_axum::expose(get = "/handler_0", public)]
pub async fn handler_0() {}

/// Takes 1.
#[doorman_axum::expose(get = "/handler_1", public)]
pub async fn handler_1(_: HeaderMap) {}

/// Takes 16.
#[expect(clippy::too_many_arguments, reason = "that many are asked")]
#[doorman_axum::expose(get = "/handler_16", public)]
pub async fn handler_16(_: HeaderMap, _: HeaderMap, _: HeaderMap, _: HeaderMap, _: HeaderMap, _: HeaderMap, _: HeaderMap, _: HeaderMap, _: HeaderMap, _: HeaderMap, _: HeaderMap, _: HeaderMap, _: HeaderMap, _: HeaderMap, _: HeaderMap, _: HeaderMap) {}

#[test]
fn all_are_tools() {
    let plain = doorman::tools![
        plain_0, plain_1, plain_2, plain_3, plain_4, plain_5, plain_6, plain_7, plain_8, plain_9, plain_10, plain_11, plain_12
    ];
    assert_eq!(plain.with_state(()).len(), 13);
    let handlers = doorman_axum::tools![handler_0, handler_1, handler_16];
    assert_eq!(handlers.with_state(()).len(), 3);
}
