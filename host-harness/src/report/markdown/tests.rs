use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::*;

/// Every extension that GitHub has.
fn github() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_MATH
        | Options::ENABLE_GFM
}

/// What a reader sees of a Markdown that is one paragraph of text and code and nothing else; text and code apart.
#[track_caller]
fn read(markdown: &str) -> (String, Vec<String>) {
    let (mut seen, mut texts, mut paragraphs) = (String::new(), vec![String::new()], 0);
    for event in Parser::new_ext(markdown, github()) {
        match event {
            Event::Start(Tag::Paragraph) => paragraphs += 1,
            Event::End(TagEnd::Paragraph) => {}
            Event::Text(text) => {
                seen.push_str(&text);
                texts.last_mut().unwrap().push_str(&text);
            }
            Event::Code(code) => {
                seen.push_str(&code);
                texts.push(String::new());
            }
            other => panic!("{other:?} in {markdown:?}"),
        }
    }
    assert!(paragraphs < 2, "{markdown:?}");
    (seen, texts)
}

/// That GitHub finds nothing in the text around code.
#[track_caller]
fn is_inert(texts: &[String]) {
    for word in texts.iter().flat_map(|text| text.split(' ')) {
        assert!(!word.contains(['@', '#', '$']), "{word:?}");
        assert!(!word.contains("://"), "{word:?}");
        assert!(!word.to_lowercase().contains("www."), "{word:?}");
        assert!(word.matches(':').count() < 2, "{word:?}");
    }
}

#[track_caller]
fn is_read_as_written(text: &str) {
    for markdown in [inline(text), code(text)] {
        let (seen, texts) = read(&markdown);
        is_inert(&texts);
        assert_eq!(seen, text, "{markdown:?}");
    }
    // In a list, where the check run has most of its texts.
    let item = format!("- {}\n", inline(text));
    let mut seen = String::new();
    for event in Parser::new_ext(&item, github()) {
        match event {
            Event::Text(text) | Event::Code(text) => seen.push_str(&text),
            Event::Start(Tag::List(_) | Tag::Item) | Event::End(TagEnd::List(_) | TagEnd::Item) => {
            }
            other => panic!("{other:?} in {item:?}"),
        }
    }
    assert_eq!(seen, text, "{item:?}");
}

#[test]
fn nasty_texts_are_read_as_they_were_written() {
    for text in [
        "@acme/ui",
        "ping @octocat, @acme/security-team!",
        "a@example.com",
        "#1",
        "fixes acme/shop#12 and GH-7 and gh-7",
        "see https://evil.example/?q=1 or www.evil.example or ftp://x.example",
        "[click](https://evil.example)",
        "![pixel](//evil.example/p.png)",
        "[a]: /url",
        "[^1] and [x] and [ ] task",
        "<script>alert(1)</script>",
        "<details open><summary>x</summary>",
        "<!-- -->",
        "<https://evil.example>",
        "&lt;b&gt; &amp;#64; &commat;octocat &copy;",
        "*a* **b** _c_ __d__ ~e~ ~~f~~",
        "`code` ``two`` ```",
        "`",
        "a|b | c",
        "|---|---|",
        "# heading",
        "## heading ##",
        "> quote",
        "> [!WARNING]",
        "- item",
        "+ item",
        "* item",
        "1. item",
        "2) item",
        "---",
        "- - -",
        "***",
        "===",
        "```sh",
        "~~~",
        "back\\slash \\",
        "\\@octocat \\` \\*",
        "$x$ and $$y$$ and $`z`$",
        ":tada: a:b:c ::",
        "3f2a9c1 and 0123456789abcdef0123456789abcdef01234567",
        "</code></pre>",
        "Ünïcödé 名前 🎉",
        "!",
        "a  ",
    ] {
        is_read_as_written(text.trim_end());
    }
}

#[test]
fn plain_words_stay_plain() {
    assert_eq!(
        inline("Blocked: CVE-2025-7783 (CVSS 9.4) in form-data 4.0.2, or 1.2.3-beta+5."),
        "Blocked: CVE-2025-7783 (CVSS 9.4) in form-data 4.0.2, or 1.2.3-beta+5."
    );
}

#[test]
fn only_the_word_that_github_acts_on_is_code() {
    assert_eq!(inline("in @acme/ui 1.0."), "in `@acme/ui` 1.0.");
    assert_eq!(inline("see #12 now"), "see `#12` now");
}

#[test]
fn a_text_of_many_lines_is_one_line() {
    assert_eq!(inline("a\n\n# b\r\n\tc\u{2028}d"), "a `#` b c d");
}

#[test]
fn what_hides_or_reorders_is_shown_as_a_replacement() {
    for hidden in [
        '\u{0}',
        '\u{1b}',
        '\u{7f}',
        '\u{ad}',
        '\u{61c}',
        '\u{200b}',
        '\u{200d}',
        '\u{202e}',
        '\u{2066}',
        '\u{fe0f}',
        '\u{feff}',
        '\u{e0041}',
    ] {
        let text = format!("a{hidden}b");
        assert_eq!(inline(&text), "a\u{fffd}b", "{hidden:?}");
        assert_eq!(code(&text), "`a\u{fffd}b`", "{hidden:?}");
        let fenced = fence([&*text].into_iter());
        assert_eq!(fenced, "```text\na\u{fffd}b\n```\n", "{hidden:?}");
    }
}

#[test]
fn a_name_of_a_megabyte_is_cut() {
    let name = "@".repeat(1 << 20);
    assert_eq!(code(&name).chars().count(), LONGEST_NAME + 3);
    assert_eq!(inline(&name).chars().count(), LONGEST_TEXT + 3);
    assert_eq!(one_line("a b c", 3), "a b…");
    assert_eq!(one_line("a b", 3), "a b");
}

#[test]
fn an_empty_name_is_said_to_be_none() {
    assert_eq!(code(" \n"), "(none)");
}

#[test]
fn a_code_block_is_closed_by_nothing_in_it() {
    let lines = ["  npm install a@1", "```", "`````", "</details>"];
    let block = fence(lines.into_iter());
    let mut events = Parser::new_ext(&block, github());
    assert!(matches!(
        events.next(),
        Some(Event::Start(Tag::CodeBlock(_)))
    ));
    let text: String = events
        .map_while(|event| match event {
            Event::Text(text) => Some(text.into_string()),
            _ => None,
        })
        .collect();
    assert_eq!(text, lines.join("\n") + "\n");
    assert_eq!(block.matches("``````").count(), 2);
}

proptest! {
    #[test]
    fn any_text_is_one_paragraph_that_reads_as_it_was_written(text in "\\PC{0,60}") {
        is_read_as_written_if_any(&text);
    }

    #[test]
    fn any_markup_is_one_paragraph_that_reads_as_it_was_written(
        text in "[-@#:/.`*_~<>|\\[\\]()!&;+=$\\\\ a1gh\n]{0,40}",
    ) {
        is_read_as_written_if_any(&text);
    }

    #[test]
    fn no_line_closes_its_code_block(lines in prop::collection::vec("[`~ a]{0,12}", 0..6)) {
        let block = fence(lines.iter().map(String::as_str));
        let blocks = Parser::new_ext(&block, github())
            .filter(|event| matches!(event, Event::Start(_)))
            .count();
        prop_assert_eq!(blocks, 1);
    }
}

#[track_caller]
fn is_read_as_written_if_any(text: &str) {
    let normal = one_line(text, LONGEST_NAME);
    if !normal.is_empty() {
        is_read_as_written(&normal);
    }
}
