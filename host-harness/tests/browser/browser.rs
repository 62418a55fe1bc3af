//! A browser as a person uses it.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::driver::Driver;

/// A browser with one tab.
pub(crate) struct Browser {
    driver: Driver,
}

impl Browser {
    /// One that keeps what a page's policy of content forbids.
    pub(crate) fn start() -> Self {
        let browser = Self {
            driver: Driver::start(),
        };
        let source = "window.refused = []; addEventListener('securitypolicyviolation', \
                      event => refused.push(`${event.effectiveDirective} ${event.blockedURI}`));";
        browser.tell(
            "Page.addScriptToEvaluateOnNewDocument",
            &json!({ "source": source }),
        );
        browser
    }

    /// Goes to an address.
    #[track_caller]
    pub(crate) fn open(&self, address: &str) {
        self.driver.post("/url", &json!({ "url": address }));
    }

    /// Where it is, without scheme and host.
    pub(crate) fn path(&self) -> String {
        let script = "return location.pathname + location.search";
        self.run(script).as_str().unwrap().to_owned()
    }

    /// All that can be read.
    pub(crate) fn text(&self) -> String {
        let text = self.run("return document.querySelector('main').innerText");
        text.as_str().unwrap().to_owned()
    }

    /// Clicks what a selector finds first.
    #[track_caller]
    pub(crate) fn click(&self, selector: &str) {
        let element = self.element(selector);
        self.driver
            .post(&format!("/element/{element}/click"), &json!({}));
    }

    /// Clicks what leads to another page, or to this one anew, and waits until it is there.
    #[track_caller]
    pub(crate) fn follow(&self, selector: &str) {
        self.run("window.left = true");
        self.click(selector);
        self.wait("return !window.left && document.readyState === 'complete'");
    }

    /// Waits until a script returns true, on whatever page is there by then.
    #[track_caller]
    pub(crate) fn wait(&self, script: &str) {
        let asked = json!({ "script": script, "args": [] });
        // Between two pages there is nothing that a script could run in.
        let mut looks = (0..MOST_LOOKS).map(|_| self.driver.attempt("/execute/sync", &asked));
        let came = looks.any(|looked| looked == Ok(Value::Bool(true)));
        assert!(came, "`{script}` is not so: {}", self.text());
    }

    /// Waits until the page that is there by then says this.
    #[track_caller]
    pub(crate) fn wait_for(&self, text: &str) {
        let text = json!(text);
        self.wait(&format!(
            "return document.querySelector('main').innerText.includes({text})"
        ));
    }

    /// Types into a field, in place of what stands there.
    #[track_caller]
    pub(crate) fn fill(&self, selector: &str, text: &str) {
        let element = self.element(selector);
        self.driver
            .post(&format!("/element/{element}/clear"), &json!({}));
        let typed = json!({ "text": text });
        self.driver
            .post(&format!("/element/{element}/value"), &typed);
    }

    /// Presses Tab so many times.
    pub(crate) fn tab(&self, times: u64) {
        let one = [
            json!({ "type": "keyDown", "value": TAB }),
            json!({ "type": "keyUp", "value": TAB }),
        ];
        let actions: Vec<&Value> = (0..times).flat_map(|_| &one).collect();
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": actions });
        self.driver
            .post("/actions", &json!({ "actions": [keyboard] }));
    }

    /// What a script returns.
    #[track_caller]
    pub(crate) fn run(&self, script: &str) -> Value {
        let asked = json!({ "script": script, "args": [] });
        self.driver.post("/execute/sync", &asked)
    }

    /// Hears no news from now on, so that a page stays as it was made.
    pub(crate) fn hear_nothing(&self) {
        self.tell("Network.enable", &json!({}));
        self.tell("Network.setBlockedURLs", &json!({ "urls": ["*/news"] }));
    }

    /// How wide the window is, and whether its owner likes it dark.
    pub(crate) fn look(&self, width: u32, scheme: &str) {
        let size =
            json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        self.tell("Emulation.setDeviceMetricsOverride", &size);
        // Colours that are on their way to others would be looked at half-way.
        let features = json!([
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        let features = json!({ "features": features });
        self.tell("Emulation.setEmulatedMedia", &features);
    }

    /// Complaints of the console since it was last asked, and what the page's policy of content refused.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let entries = self.driver.post("/se/log", &json!({ "type": "browser" }));
        let entries = entries.as_array().unwrap().iter();
        // That a page is answered with 401 or 422 is meant so, and has a test of its own.
        let serious = entries.filter(|entry| entry["source"] != "network");
        let mut complaints: Vec<String> = serious
            .map(|entry| entry["message"].as_str().unwrap().to_owned())
            .collect();
        let refused = self.run("return window.refused");
        let refused = refused.as_array().unwrap().iter();
        complaints.extend(refused.map(|one| format!("refused: {}", one.as_str().unwrap())));
        complaints
    }

    /// Leaves a picture of the whole page in `target/browser`.
    pub(crate) fn picture(&self, name: &str) {
        let asked = json!({ "captureBeyondViewport": true, "format": "png" });
        let taken = self.tell("Page.captureScreenshot", &asked);
        let image = STANDARD.decode(taken["data"].as_str().unwrap()).unwrap();
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("browser");
        fs::create_dir_all(&directory).unwrap();
        fs::write(directory.join(format!("{name}.png")), image).unwrap();
    }

    /// A command of Chromium's own.
    fn tell(&self, command: &str, parameters: &Value) -> Value {
        let asked = json!({ "cmd": command, "params": parameters });
        self.driver.post("/goog/cdp/execute", &asked)
    }

    #[track_caller]
    fn element(&self, selector: &str) -> String {
        let asked = json!({ "using": "css selector", "value": selector });
        let found = self.driver.post("/element", &asked);
        found[ELEMENT].as_str().unwrap().to_owned()
    }
}

/// How often to look whether a page is there: a look takes milliseconds.
const MOST_LOOKS: u32 = 20_000;

/// The key that `WebDriver` gives an element's reference under.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// `WebDriver`'s sign for the key.
const TAB: &str = "\u{e004}";
