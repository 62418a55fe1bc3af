//! Whether a page is what we made of it, whatever the names on it are.

/// A tag with its attributes, or the text before the next one.
#[derive(Debug, PartialEq)]
enum Part<'a> {
    Open(&'a str, Vec<(&'a str, &'a str)>),
    Close(&'a str),
    Text(&'a str),
}

/// Everything about a page that a name from outside could have made of it; empty if nothing.
pub(super) fn wrong(page: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let parts = match parts(page.strip_prefix("<!DOCTYPE html>").unwrap_or(page)) {
        Ok(parts) => parts,
        Err(at) => return vec![format!("no markup: {}", shortened(at))],
    };
    let mut open: Vec<&str> = Vec::new();
    for part in parts {
        match part {
            Part::Open(name, attributes) => {
                let shown = attributes.iter().filter(|(key, _)| *key != "value");
                wrong.extend(shown.filter_map(|(_, value)| control(value)));
                wrong.extend(attributes.iter().filter_map(|one| attribute(name, *one)));
                if name == "script" && !attributes.iter().any(|(key, _)| *key == "src") {
                    wrong.push("a script of its own".to_owned());
                }
                if FORBIDDEN.contains(&name) {
                    wrong.push(format!("an element {name}"));
                }
                if !VOID.contains(&name) {
                    open.push(name);
                }
            }
            Part::Close(name) => {
                if open.pop() != Some(name) {
                    wrong.push(format!("</{name}> closes nothing"));
                    return wrong;
                }
            }
            Part::Text(text) if open.last() == Some(&"script") => {
                wrong.push(format!("a script: {}", shortened(text)));
            }
            // What somebody typed stays as it is where they go on typing.
            Part::Text(_) if open.last() == Some(&"textarea") => {}
            Part::Text(text) => wrong.extend(control(text)),
        }
    }
    if !open.is_empty() {
        wrong.push(format!("{open:?} stay open"));
    }
    wrong
}

/// Where the links of a page lead that stay here.
pub(super) fn links(page: &str) -> Vec<String> {
    let parts = parts(page.strip_prefix("<!DOCTYPE html>").unwrap_or(page)).unwrap();
    let links = parts.iter().filter_map(|part| match part {
        Part::Open("a", attributes) => attributes.iter().find(|(key, _)| *key == "href"),
        _ => None,
    });
    let own = links.filter(|(_, to)| !is_advisory(to));
    own.map(|(_, to)| to.replace("&amp;", "&")).collect()
}

/// What is wrong with an attribute; none if nothing is.
fn attribute(element: &str, (key, value): (&str, &str)) -> Option<String> {
    let leads = ["href", "src", "action", "formaction", "data-news"].contains(&key);
    let is_ours = value.starts_with('#')
        || value.starts_with('/') && !value.starts_with("//") && !value.starts_with("/\\")
        || is_advisory(value);
    let scripts = key.starts_with("on") || key == "style" || key == "srcdoc";
    let is_wrong = scripts || leads && !is_ours;
    is_wrong.then(|| format!("<{element} {key}={}>", shortened(value)))
}

/// Whether an address is that of a public advisory, and names nothing else.
fn is_advisory(value: &str) -> bool {
    let places = [
        "https://www.cve.org/CVERecord?id=CVE-",
        "https://github.com/advisories/GHSA-",
    ];
    let mut ids = places.iter().filter_map(|place| value.strip_prefix(place));
    ids.any(|id| {
        id.chars()
            .all(|one| one.is_ascii_alphanumeric() || one == '-')
    })
}

fn parts(page: &str) -> Result<Vec<Part<'_>>, &str> {
    let mut parts = Vec::new();
    let mut rest = page;
    while let Some((text, markup)) = rest.split_once('<') {
        if !text.trim().is_empty() {
            parts.push(Part::Text(text));
        }
        rest = if let Some(closed) = markup.strip_prefix('/') {
            let (name, rest) = closed.split_once('>').ok_or(markup)?;
            parts.push(Part::Close(name));
            rest
        } else {
            let (name, rest) = name(markup);
            if name.is_empty() {
                return Err(markup);
            }
            let (attributes, rest) = attributes(rest)?;
            parts.push(Part::Open(name, attributes));
            rest
        };
    }
    if !rest.trim().is_empty() {
        parts.push(Part::Text(rest));
    }
    Ok(parts)
}

/// Attributes up to the end of their tag, and what is behind it.
#[expect(clippy::type_complexity, reason = "it is used once, below")]
fn attributes(mut rest: &str) -> Result<(Vec<(&str, &str)>, &str), &str> {
    let mut all = Vec::new();
    loop {
        rest = rest.trim_start();
        if let Some(rest) = rest.strip_prefix('>') {
            return Ok((all, rest));
        }
        let (key, after) = name(rest);
        if key.is_empty() {
            return Err(rest);
        }
        let Some(value) = after.strip_prefix("=\"") else {
            all.push((key, ""));
            rest = after;
            continue;
        };
        let (value, after) = value.split_once('"').ok_or(rest)?;
        all.push((key, value));
        rest = after;
    }
}

fn name(text: &str) -> (&str, &str) {
    let is_of_name = |one: char| one.is_ascii_alphanumeric() || one == '-';
    let end = text.find(|one| !is_of_name(one)).unwrap_or(text.len());
    text.split_at(end)
}

/// Whether it controls a screen, or the direction of what is written.
fn is_control(one: char) -> bool {
    one.is_control() && one != '\n'
        || matches!(one, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
}

/// What such a character stands in; none if there is none.
fn control(text: &str) -> Option<String> {
    let found = text.contains(is_control);
    found.then(|| format!("a control character in `{}`", shortened(text)))
}

fn shortened(text: &str) -> String {
    text.chars().take(80).collect()
}

const VOID: [&str; 6] = ["meta", "link", "input", "br", "hr", "img"];

/// What no page of ours has.
const FORBIDDEN: [&str; 6] = ["img", "iframe", "object", "embed", "base", "style"];

#[test]
fn what_a_name_could_make_of_a_page_is_found() {
    let sound = "<!DOCTYPE html><p class=\"a\">1 &lt; 2<br></p><a href=\"/x?a&amp;b\">x</a>\n";
    assert_eq!(wrong(sound), [""; 0]);
    assert_eq!(links(sound), ["/x?a&b"]);
    for (page, told) in [
        ("<p><script>alert(1)</script></p>", "a script of its own"),
        ("<p><img src=\"x\"></p>", "an element img"),
        ("<p><img src=x></p>", "no markup: =x></p>"),
        ("<p onclick=\"a\"></p>", "<p onclick=a>"),
        ("<a href=\"javascript:a\">x</a>", "<a href=javascript:a>"),
        (
            "<a href=\"//evil.example\">x</a>",
            "<a href=//evil.example>",
        ),
        ("<title></title></title>", "</title> closes nothing"),
        ("<p>1 < 2</p>", "no markup:  2</p>"),
        ("<p>\u{202e}</p>", "a control character in `\u{202e}`"),
        ("<p>", "[\"p\"] stay open"),
    ] {
        let found = wrong(page);
        assert!(found.iter().any(|one| one == told), "{page}: {found:?}");
    }
}
