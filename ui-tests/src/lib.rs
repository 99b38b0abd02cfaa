//! What `#[expose]` accepts: each file in `pass` is a module of a library, as a user's would be, under
//! every lint of this workspace. What it refuses is in `fail`.
#![allow(
    clippy::needless_pass_by_value,
    clippy::unused_async,
    reason = "a tool owns what it takes, and a handler is `async` also where it waits for nothing"
)]

macro_rules! pass {
    ($($file:literal $module:ident),+ $(,)?) => {
        $(#[path = $file] pub mod $module;)+

        #[cfg(test)]
        const PASSED: &[&str] = &[$($file),+];
    };
}

pass! {
    "../pass/aliases.rs" aliases,
    "../pass/cfg.rs" cfg,
    "../pass/contexts.rs" contexts,
    "../pass/descriptions.rs" descriptions,
    "../pass/functions.rs" functions,
    "../pass/handlers.rs" handlers,
    "../pass/macro_rules.rs" macro_rules,
    "../pass/marks.rs" marks,
    "../pass/nested.rs" nested,
    "../pass/no_prelude.rs" no_prelude,
    "../pass/optional_body.rs" optional_body,
    "../pass/other_attributes.rs" other_attributes,
    "../pass/own_extractors.rs" own_extractors,
    "../pass/parameters.rs" parameters,
    "../pass/raw_names.rs" raw_names,
    "../pass/reexports.rs" reexports,
    "../pass/renamed_runtime.rs" renamed_runtime,
    "../pass/strict.rs" strict,
    "../pass/thousand.rs" thousand,
    "../pass/tool_type.rs" tool_type,
    "../pass/visibility.rs" visibility,
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_file_in_pass_is_a_module() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/pass");
        let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
        let rust = files.filter(|file| file.extension().is_some_and(|end| end == "rs"));
        assert_eq!(rust.count(), super::PASSED.len());
    }
}
