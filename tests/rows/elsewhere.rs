//! The rows that tests of other files show, and those of what is not built. No row is left out.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// Which tests show a row.
const SHOWN: &[(&str, &[&str])] = &[
    ("t01", &["a_foreign_origin_is_refused_on_every_method_and_before_the_token"]),
    ("t02", &["an_origin_is_this_machines_or_an_allowed_one"]),
    ("t03", &["a_host_is_loopback_the_resources_or_an_allowed_one"]),
    (
        "t04",
        &[
            "http_without_authentication_does_not_start",
            "a_development_server_refuses_a_peer_that_it_does_not_know",
        ],
    ),
    ("t05", &["only_post_and_only_the_exact_path"]),
    ("t09", &["only_post_and_only_the_exact_path"]),
    ("t15", &["a_header_does_not_choose_the_tool"]),
    ("t19", &["what_reaches_further_than_a_form_is_refused"]),
    ("t20", &["nothing_that_the_server_sends_by_itself_reaches_the_client"]),
    ("t21", &["a_stream_is_passed_on_as_it_comes"]),
    (
        "t22",
        &[
            "a_session_that_was_ended_is_not_found",
            "a_session_is_known_to_who_began_it_and_to_nobody_else",
        ],
    ),
    (
        "t23",
        &[
            "changes_of_what_was_granted_are_told_and_no_others",
            "what_a_version_does_not_have_is_not_found_though_it_is_malformed",
        ],
    ),
    ("t24", &["a_body_over_the_limit_is_413", "bodies_that_are_no_single_message_are_refused"]),
    ("o01", &["both_handshakes_show_our_name_and_version_and_tools_only"]),
    ("o02", &["a_caller_sees_exactly_the_tools_it_may_call_in_a_stable_order"]),
    ("o04", &["a_list_is_private", "the_list_is_nobody_elses_to_keep"]),
    ("o05", &["two_tools_of_one_name_in_two_toolsets"]),
    ("o06", &["a_tool_is_published_with_closed_schema_output_and_all_annotations"]),
    ("o07", &["schemas_that_cannot_be_held_against_are_refused"]),
    (
        "o11",
        &[
            "a_hidden_tool_is_refused_like_a_listed_one",
            "an_unknown_tool_is_an_error_that_repeats_no_name",
        ],
    ),
    (
        "o12",
        &[
            "w10_scopes_are_enforced_and_not_only_advertised",
            "without_a_word_a_caller_has_ten_calls_a_minute_of_a_tool_and_shuts_it_for_nobody",
            "w4_results_reach_the_model_masked_and_are_counted",
        ],
    ),
    (
        "o15",
        &[
            "a_panic_answers_the_caller_and_the_server_goes_on",
            "a_5xx_keeps_its_words_inside",
            "every_attempt_is_one_record_with_its_own_number_and_name",
        ],
    ),
    ("s2", &["no_line_ends_the_server"]),
    ("s4", &["a_server_that_nobody_asks_ends_with_its_input"]),
    ("s8", &["a_line_over_the_body_limit_is_dropped_and_the_next_one_served"]),
];

/// What is not served, and so cannot be served wrongly; and which tests show that it is not.
const NOT_SERVED: &[(&str, &str, &[&str])] = &[
    (
        "t27",
        "old clients are served too",
        &["both_handshakes_show_our_name_and_version_and_tools_only"],
    ),
    ("s6", "doorman is no client", &[]),
    ("s7", "doorman starts no processes", &[]),
];

/// The last row of each letter that this folder shows. A is in `callers` and `challenges`.
const LAST: [(char, usize); 3] = [('t', 27), ('o', 17), ('s', 8)];

#[test]
fn every_row_is_shown_or_not_served() {
    let tests = tests();
    let mut shown: BTreeMap<String, usize> = BTreeMap::new();
    for (row, tests) in SHOWN {
        *shown.entry((*row).to_owned()).or_default() += tests.len();
    }
    for (row, why, _) in NOT_SERVED {
        assert!(!why.is_empty());
        *shown.entry((*row).to_owned()).or_default() += 1;
    }
    for test in &tests {
        // One test may show several rows: `s1_s2_…`.
        for row in test.split('_').take_while(|part| is_row(part)) {
            *shown.entry(row.to_owned()).or_default() += 1;
        }
    }
    for (letter, last) in LAST {
        for number in 1..=last {
            let row =
                if letter == 's' { format!("s{number}") } else { format!("{letter}{number:02}") };
            assert!(shown.contains_key(&row), "nothing shows {row}");
        }
    }
    let named = SHOWN.iter().flat_map(|(_, tests)| *tests);
    for name in named.chain(NOT_SERVED.iter().flat_map(|(_, _, tests)| *tests)) {
        assert!(tests.contains(*name), "there is no test `{name}`");
    }
}

fn is_row(part: &str) -> bool {
    let Some(number) = part.strip_prefix(['t', 'o', 's']) else { return false };
    !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())
}

/// The names of all tests of this package.
fn tests() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(path).unwrap();
                for mark in ["#[test]\n", "#[tokio::test]\n"] {
                    found.extend(text.split(mark).skip(1).filter_map(|rest| {
                        let (_, rest) = rest.split_once("fn ")?;
                        rest.split_once('(').map(|(name, _)| name.to_owned())
                    }));
                }
            }
        }
    }
    found
}
