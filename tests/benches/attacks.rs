//! The attack table: what the host says of each guest, which limit stopped it, and how long until the next call is served.
//!
//! `cargo bench -p koalr-tests --bench attacks` prints it as Markdown.

#![expect(clippy::print_stdout, reason = "a bench prints its table")]

use koalr_tests::attack::Attacked;
use koalr_tests::attacks;
use tokio::runtime::Builder;

macro_rules! row {
    ($name:ident) => {
        run(attacks::$name()).print(stringify!($name));
    };
}

fn main() {
    println!("| guest | what the host said | limit | next call served after |");
    println!("|---|---|---|---:|");
    koalr_guests::foreach_guest!(row);
    koalr_tests::foreach_made_guest!(row);
}

/// On one thread, because the log is kept by thread.
fn run<T>(attack: impl Future<Output = T>) -> T {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.expect("a thread can wait").block_on(attack)
}

/// A row of the table.
trait Row {
    fn print(&self, guest: &str);
}

impl Row for Attacked {
    fn print(&self, guest: &str) {
        let said = shown(&self.said);
        let limit = self.limit().unwrap_or("–");
        let recovered = self.recovered.as_secs_f64() * 1e3;
        println!("| `{guest}` | {said} | {limit} | {recovered:.2} ms |");
    }
}

/// An attack by values, which are refused with this sentence.
impl Row for String {
    fn print(&self, guest: &str) {
        println!("| `{guest}` | {} | – | – |", shown(self));
    }
}

fn shown(said: &str) -> String {
    let mut cut: String = said.chars().take(SHOWN).collect();
    if cut.len() < said.len() {
        cut.push('…');
    }
    cut.replace('|', "\\|")
}

/// Characters of a sentence in the table.
const SHOWN: usize = 200;
