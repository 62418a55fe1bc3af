//! The little Markdown that check runs are written in, as a page shows it.

use maud::{Markup, html};

/// Headings, lists, code, what is folded, and paragraphs. Whatever else is there is text.
pub(super) fn rendered(text: &str) -> Markup {
    let lines: Vec<&str> = text.lines().collect();
    let mut rest = lines.as_slice();
    let mut blocks = Vec::new();
    while let Some((block, after)) = block(rest) {
        blocks.push(block);
        rest = after;
    }
    html! { @for block in blocks { (block) } }
}

/// The first block, and the lines behind it; none at the end.
fn block<'a>(lines: &'a [&'a str]) -> Option<(Markup, &'a [&'a str])> {
    let (first, after) = lines.split_first()?;
    if first.is_empty() {
        return Some((html! {}, after));
    }
    if let Some(heading) = first.strip_prefix("### ") {
        return Some((html! { h4 { (inline(heading)) } }, after));
    }
    if first.starts_with("```") {
        let fence = first.trim_end_matches(|one| one != '`');
        let (body, rest) = until(after, |line| line == fence);
        return Some((html! { pre { code { (body.join("\n")) } } }, rest));
    }
    if *first == FOLD {
        let (body, rest) = until(after, |line| line == "</details>");
        let (title, body) = match body.split_first() {
            Some((title, body)) => (*title, body),
            None => ("", body),
        };
        let title = title.trim_start_matches("<summary>");
        let title = title.trim_end_matches("</summary>");
        let folded = html! { details { summary { (inline(title)) } (rendered(&body.join("\n"))) } };
        return Some((folded, rest));
    }
    let is_item = |line: &&str| line.starts_with(ITEM);
    let of_paragraph = |line: &&str| {
        !line.is_empty() && !is_item(line) && !line.starts_with("```") && *line != FOLD
    };
    let length = |belongs: &dyn Fn(&&str) -> bool| {
        let other = lines.iter().position(|line| !belongs(line));
        other.unwrap_or(lines.len())
    };
    if is_item(first) {
        let (items, rest) = lines.split_at_checked(length(&is_item))?;
        let list = html! {
            ul { @for item in items { li { (inline(item.trim_start_matches(ITEM))) } } }
        };
        return Some((list, rest));
    }
    let (all, rest) = lines.split_at_checked(length(&of_paragraph).max(1))?;
    Some((html! { p { (inline(&all.join(" "))) } }, rest))
}

/// The lines before one, and those behind it.
fn until<'a>(
    lines: &'a [&'a str],
    is_end: impl Fn(&str) -> bool,
) -> (&'a [&'a str], &'a [&'a str]) {
    let end = lines.iter().position(|line| is_end(line));
    let (body, rest) = lines.split_at(end.unwrap_or(lines.len()));
    (body, rest.get(1..).unwrap_or_default())
}

/// Text with code in it, and without the backslashes that kept other signs from meaning something.
fn inline(text: &str) -> Markup {
    let mut parts = vec![(Kind::Text, String::new())];
    let mut rest = text;
    while let Some(sign) = rest.chars().next() {
        let run = rest.len() - rest.trim_start_matches('`').len();
        let after = rest.get(run.max(sign.len_utf8())..).unwrap_or_default();
        let fence = "`".repeat(run);
        if run > 0
            && let Some((code, behind)) = after.split_once(&fence)
        {
            let bare = code.strip_prefix(' ').and_then(|one| one.strip_suffix(' '));
            parts.push((Kind::Code, bare.unwrap_or(code).to_owned()));
            parts.push((Kind::Text, String::new()));
            rest = behind;
            continue;
        }
        if let Some((strong, behind)) = rest
            .strip_prefix(STRONG)
            .and_then(|one| one.split_once(STRONG))
        {
            parts.push((Kind::Strong, strong.to_owned()));
            parts.push((Kind::Text, String::new()));
            rest = behind;
            continue;
        }
        let escaped = after.chars().next().filter(char::is_ascii_punctuation);
        let (shown, behind) = match escaped {
            Some(escaped) if sign == '\\' => (escaped, after.get(1..).unwrap_or_default()),
            _ => (sign, rest.get(sign.len_utf8()..).unwrap_or_default()),
        };
        if let Some((_, last)) = parts.last_mut() {
            last.push(shown);
        }
        rest = behind;
    }
    html! {
        @for (kind, part) in &parts {
            @match kind {
                Kind::Text => (part),
                Kind::Code => code { (part) },
                Kind::Strong => strong { (part) },
            }
        }
    }
}

/// What a piece of a line is.
enum Kind {
    Text,
    Code,
    Strong,
}

const ITEM: &str = "- ";

const STRONG: &str = "**";

const FOLD: &str = "<details>";

#[cfg(test)]
mod tests {
    use super::rendered;
    use crate::report::markdown;

    #[test]
    fn each_block_of_a_check_run_is_what_it_is_on_github() {
        let text = "Blocked: a `b` **c**.\n\n### To let it pass\n\n```text\nnpm i a\nnpm i b\n```\n- one\n- `two`\n\n\
                    <details>\n<summary>The sum</summary>\n\nFolded\n\n</details>\nend";
        assert_eq!(
            rendered(text).into_string(),
            "<p>Blocked: a <code>b</code> <strong>c</strong>.</p><h4>To let it pass</h4><pre><code>npm i a\nnpm i b</code></pre>\
             <ul><li>one</li><li><code>two</code></li></ul>\
             <details><summary>The sum</summary><p>Folded</p></details><p>end</p>"
        );
    }

    #[test]
    fn what_was_made_inert_for_github_reads_as_it_was_written() {
        let nasty = "<b> *a* [x](y) `tick` a`` \\ @mira 1. # - é<script>";
        let text = format!("{}\n", markdown::inline(nasty));
        let shown = rendered(&text).into_string();
        let bare = shown.replace("<code>", "").replace("</code>", "");
        let escaped = nasty.replace('<', "&lt;").replace('>', "&gt;");
        assert_eq!(bare, format!("<p>{escaped}</p>"));
        let code = format!("- {}", markdown::code("`a` ``"));
        let shown = rendered(&code).into_string();
        assert_eq!(shown, "<ul><li><code>`a` ``</code></li></ul>");
    }

    #[test]
    fn what_does_not_end_is_shown_to_its_end() {
        for (text, shown) in [
            ("```text\na", "<pre><code>a</code></pre>"),
            ("a `b", "<p>a `b</p>"),
            ("#a", "<p>#a</p>"),
            ("\\", "<p>\\</p>"),
            ("<details>", "<details><summary></summary></details>"),
        ] {
            assert_eq!(rendered(text).into_string(), shown);
        }
    }
}
