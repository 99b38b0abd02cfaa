//! Prompts.

use doorman::Allow;
use rmcp::{
    ErrorData,
    model::{
        ContentBlock, GetPromptRequestParams, GetPromptResponse, GetPromptResult, Prompt,
        PromptArgument, PromptMessage, Role,
    },
};

use crate::{
    contents::{PICTURE, embedded},
    questions::{asked, form},
    server::{allow, text},
};

pub fn prompts() -> Vec<(Prompt, Allow)> {
    let prompt = |name: &str, description: &str, arguments: &[&str]| {
        let arguments = arguments
            .iter()
            .map(|name| PromptArgument::new(*name).with_description("A text.").with_required(true));
        Prompt::new(name, Some(description), Some(arguments.collect()))
    };
    vec![
        (prompt("test_simple_prompt", "Says one thing.", &[]), allow()),
        (
            prompt("test_prompt_with_arguments", "Repeats two texts.", &["arg1", "arg2"]),
            allow().completes(),
        ),
        (
            prompt("test_prompt_with_embedded_resource", "Embeds a resource.", &["resourceUri"]),
            allow(),
        ),
        (prompt("test_prompt_with_image", "Shows a picture.", &[]), allow().returns_binary()),
        (prompt("test_input_required_result_prompt", "Asks first.", &[]), allow().asks()),
    ]
}

pub fn get(request: &GetPromptRequestParams) -> Result<GetPromptResponse, ErrorData> {
    let arguments = request.arguments.clone().unwrap_or_default();
    let argument = |name: &str| text(&arguments, name);
    let says = |text: &str| PromptMessage::new(Role::User, ContentBlock::text(text));
    let messages = match &*request.name {
        "test_simple_prompt" => vec![says("This is a simple prompt for testing.")],
        "test_prompt_with_arguments" => {
            let (one, two) = (argument("arg1"), argument("arg2"));
            vec![says(&format!("Prompt with arguments: arg1='{one}', arg2='{two}'"))]
        }
        "test_prompt_with_embedded_resource" => {
            let uri = argument("resourceUri");
            let resource = embedded(&uri, "text/plain", "Embedded resource content for testing.");
            vec![
                PromptMessage::new(Role::User, resource),
                says("Please process the embedded resource above."),
            ]
        }
        "test_prompt_with_image" => vec![
            PromptMessage::new(Role::User, ContentBlock::image(PICTURE, "image/png")),
            says("Please analyze the image above."),
        ],
        "test_input_required_result_prompt" => {
            let answers = request.input_responses.as_ref();
            let context = answers.and_then(|answers| answers.get("user_context"));
            let context = context.and_then(|answer| answer["content"]["context"].as_str());
            let Some(context) = context else {
                let question = form("What context should the prompt use?", "context", "string");
                return Ok(asked([("user_context", question)], None));
            };
            vec![says(&format!("With this context: {context}"))]
        }
        _ => return Err(ErrorData::invalid_params("there is no such prompt", None)),
    };
    Ok(GetPromptResult::new(messages).into())
}
