use super::variant::version;
use crate::support::{Koalr, acme, sample_change, serve};

#[test]
fn the_commands_of_the_page_on_plugins_do_what_it_says() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/plugins.md");
    let page = std::fs::read_to_string(page).unwrap();
    let upstream = serve(acme());
    let koalr = Koalr::synced(&upstream);
    koalr.gate(&sample_change("clean"), &[]);
    koalr.run(&["tenant", "create", "acme"]);
    koalr.write("new.wasm", version("0.2.0"));
    let mut said = Vec::new();
    for command in page.lines().filter_map(|line| line.strip_prefix("koalr ")) {
        let words = command.replace("\"wrong verdicts\"", "wrong-verdicts");
        let args: Vec<&str> = words.split_whitespace().collect();
        // Files that `openssl` would write are not there; signatures have tests of their own.
        if args.contains(&"--signature") {
            continue;
        }
        let ran = koalr.run(&args);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{command}");
        said.push(ran.out);
    }
    let last = said.last().unwrap();
    assert!(last.contains(" removed 0.2.0 by "), "{last}");
    assert_eq!(said.len(), 20);
}
