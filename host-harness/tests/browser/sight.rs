//! Whether a page can be used by everybody: by somebody who sees little, who has no mouse, or who has only a telephone.

use crate::browser::Browser;

/// Looks at the page that is open: wide and light, narrow and dark, and with the Tab key alone. Leaves pictures.
pub(crate) fn look_at(browser: &Browser, name: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    for (width, scheme) in [(1280, "light"), (360, "dark")] {
        browser.look(width, scheme);
        let said = browser.run(include_str!("sight.js"));
        let said = said.as_array().unwrap().iter();
        wrong.extend(said.map(|one| format!("{width} {scheme}: {}", one.as_str().unwrap())));
        browser.picture(&format!("{name}-{scheme}-{width}"));
    }
    browser.look(1280, "light");
    wrong.extend(unreached(browser));
    wrong.extend(browser.complaints());
    wrong
        .into_iter()
        .map(|one| format!("{name}: {one}"))
        .collect()
}

/// What the Tab key does not reach, and where nobody sees that it did.
fn unreached(browser: &Browser) -> Vec<String> {
    let presses = browser.run(BEGIN).as_u64().unwrap();
    browser.tab(presses);
    let said = browser.run("return window.unreached()");
    let said = said.as_array().unwrap().iter();
    said.map(|one| one.as_str().unwrap().to_owned()).collect()
}

/// Begins to watch the focus; returns how often to press the key. A date has three parts and a picker to step through.
const BEGIN: &str = "
document.activeElement.blur();
getSelection().collapse(document.body, 0);
const stops = [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex=\"0\"]')]
  .filter(one => one.checkVisibility({ visibilityProperty: true }) && !one.disabled)
  .filter(one => one.type !== 'radio' || one.checked || !document.querySelector(`input[name=\"${one.name}\"]:checked`));
const reached = new Set(), unmarked = new Set();
addEventListener('focusin', ({ target }) => {
  reached.add(target);
  if (getComputedStyle(target).outlineStyle === 'none') unmarked.add(target);
});
window.unreached = () => [
  ...stops.filter(one => !reached.has(one)).map(one => `the Tab key does not reach ${one.outerHTML.slice(0, 120)}`),
  ...[...unmarked].map(one => `nothing shows the focus on ${one.outerHTML.slice(0, 120)}`),
];
return stops.length + 3 * stops.filter(one => one.type === 'date').length;
";
