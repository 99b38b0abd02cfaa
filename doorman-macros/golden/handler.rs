/// Refunds an invoice.
#[tracing::instrument]
pub async fn refund(
    Path(id): Path<u64>,
    State(db): State<Db>,
    Json(order): Json<Refund>,
) -> Result<Json<Receipt>, ApiError> {
    db.refund(id, order).await
}
#[doc(hidden)]
#[non_exhaustive]
#[allow(non_camel_case_types)]
pub enum refund {}
impl refund {
    #[doc(hidden)]
    #[allow(clippy::too_many_arguments, deprecated)]
    pub async fn __call(
        parameter_0: Path<u64>,
        parameter_1: State<Db>,
        parameter_2: Json<Refund>,
    ) -> Result<Json<Receipt>, ApiError> {
        let function = refund;
        function(parameter_0, parameter_1, parameter_2).await
    }
}
impl ::doorman_axum::private::Handler for refund {
    const FACTS: ::doorman_axum::private::Facts = ::doorman_axum::private::Facts::new(
            "refund",
            ::doorman_axum::private::Access::Scopes(&["invoices:write"]),
            ::doorman_axum::private::Effect::Destructive,
        )
        .title("Refund an invoice")
        .description("Refunds an invoice.")
        .timeout(::core::time::Duration::from_millis(5000u64))
        .rate("5/min per_caller")
        .cost(10f64)
        .redact(&["amount", "card.*"]);
    const METHOD: ::doorman_axum::private::Method = ::doorman_axum::private::Method::Post;
    const PATH: &'static str = "/invoices/{id}/refund";
    fn arguments(shape: &mut ::doorman_axum::private::Shape) {
        use ::doorman_axum::private::OtherArgument as _;
        <::doorman_axum::private::Probe<Path<u64>>>::ARGUMENT
            .describe(shape, "id", "The invoice's number.");
        <::doorman_axum::private::Probe<State<Db>>>::ARGUMENT.describe(shape, "db", "");
        <::doorman_axum::private::Probe<Json<Refund>>>::ARGUMENT
            .describe(shape, "order", "");
    }
    fn answered() -> ::doorman_axum::Answered {
        <Result<Json<Receipt>, ApiError> as ::doorman_axum::Answer>::answered()
    }
}
const _: () = {
    use ::doorman_axum::private::{NoBody as _, OtherArgument as _};
    ::core::assert!(
        < ::doorman_axum::private::Probe < Json < Refund > >> ::ARGUMENT.asks() || ! <
        ::doorman_axum::private::BodyProbe < Json < Refund > >> ::TAKES_BODY,
        "`Json<Refund>` takes the body but cannot be described: use `Json<T>`, or implement `doorman_axum::Describe`"
    );
};
