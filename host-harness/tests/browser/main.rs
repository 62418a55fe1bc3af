//! The pages as a person meets them: the real server, and a headless Chromium that is driven through chromedriver.
//!
//! Screenshots of what was looked at are left in `target/browser`.

// `cfg(test)` tells clippy that helpers outside `#[test]` are tests too.
#[cfg(test)]
mod browser;
#[cfg(test)]
mod changes;
#[cfg(test)]
mod driver;
#[cfg(test)]
mod insight;
#[cfg(test)]
mod policy;
#[cfg(test)]
mod settings;
#[cfg(test)]
mod sight;
#[cfg(test)]
mod stage;
#[cfg(test)]
mod story;
