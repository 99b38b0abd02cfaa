//! What `macro_rules!` passes on is read like what is written.

macro_rules! tool {
    ($name:ident, $path:literal, $scope:literal, [$($access:tt)*], $text:expr, $parameter:ident: $type:ty) => {
        /// Answers.
        #[doorman_axum::expose(post = $path, scopes = [$scope, $($access)*], destructive, title = $text)]
        pub async fn $name($parameter: $type) -> $type {
            $parameter
        }
    };
}

tool!(echo, "/echo", "a", ["b"], "Echo", text: axum::Json<String>);

#[test]
fn it_is_a_tool() {
    use doorman_axum::private::Handler;
    let facts = format!("{:?}", <echo as Handler>::FACTS);
    assert!(facts.contains(r#"Scopes(["a", "b"])"#), "{facts}");
    assert!(facts.contains(r#"title: "Echo""#), "{facts}");
}
