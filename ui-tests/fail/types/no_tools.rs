fn main() {
    let _ = doorman::tools![].with_state(());
}
