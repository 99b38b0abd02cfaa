#[allow(clippy::needless_pass_by_value)]
/// Greets.
pub(crate) fn greet(
    State(greeting): State<Greeting>,
    _: Principal,
    name: String,
) -> String {
    greeting.to(name)
}
#[doc(hidden)]
#[non_exhaustive]
pub(crate) enum GreetTool {}
impl GreetTool {
    #[doc(hidden)]
    #[allow(clippy::too_many_arguments, deprecated)]
    pub fn __call(
        parameter_0: State<Greeting>,
        parameter_1: Principal,
        parameter_2: String,
    ) -> String {
        let function = greet;
        function(parameter_0, parameter_1, parameter_2)
    }
}
impl ::facade::doorman::private::Function for GreetTool {
    const FACTS: ::facade::doorman::private::Facts = ::facade::doorman::private::Facts::new(
            "greet",
            ::facade::doorman::private::Access::Public,
            ::facade::doorman::private::Effect::ReadOnly,
        )
        .description("Greets.")
        .idempotent(true);
    const PARAMETERS: &'static [&'static str] = &["greeting", "", "name"];
    type Kind = ::facade::doorman::private::Sync;
    type Output = String;
    fn arguments(arguments: &mut ::facade::doorman::private::Arguments) {
        use ::facade::doorman::private::OtherParameter as _;
        <::facade::doorman::private::Probe<State<Greeting>>>::PARAMETER
            .describe(arguments, "greeting", "");
        <::facade::doorman::private::Probe<Principal>>::PARAMETER
            .describe(arguments, "", "");
        <::facade::doorman::private::Probe<String>>::PARAMETER
            .describe(arguments, "name", "");
    }
    fn answer() -> ::facade::doorman::private::Answer<String> {
        use ::facade::doorman::private::OtherAnswer as _;
        <::facade::doorman::private::Probe<String>>::ANSWER.answer()
    }
}
const _: () = {
    use ::facade::doorman::private::OtherParameter as _;
    ::core::assert!(
        ! < ::facade::doorman::private::Probe < Principal >> ::PARAMETER.asks(),
        "this argument has no name that the agent could give it\nhelp: name it, as in `amount: u64`, and take it apart in the body"
    );
};
