::core::compile_error! {
    "a generic function cannot be a tool: an agent cannot choose its types\nhelp: write the types, or expose a function that calls it with them"
}
::core::compile_error! {
    "`scopes` names no scope\nhelp: write one, as in `scopes = [\"invoices:read\"]`, or `public` in its place if everyone may call"
}
::core::compile_error! {
    "`#[expose]` must say whether this function changes anything\nhelp: add `read_only` or `destructive`, or `destructive = false, reason = \"…\"` if it only adds"
}
/// Adds.
fn add<T>(a: T, b: T) -> T {
    a + b
}
#[doc(hidden)]
#[non_exhaustive]
#[allow(non_camel_case_types)]
enum add {}
impl add {
    #[doc(hidden)]
    #[allow(clippy::too_many_arguments, deprecated)]
    pub fn __call() {}
}
impl ::doorman::private::Function for add {
    const FACTS: ::doorman::private::Facts = ::doorman::private::Facts::new(
        "add",
        ::doorman::private::Access::Scopes(&["refused"]),
        ::doorman::private::Effect::Destructive,
    );
    const PARAMETERS: &'static [&'static str] = &[];
    type Kind = ::doorman::private::Sync;
    type Output = ();
    fn arguments(_: &mut ::doorman::private::Arguments) {}
    fn answer() -> ::doorman::private::Answer<Self::Output> {
        ::doorman::private::Answer::none()
    }
}
