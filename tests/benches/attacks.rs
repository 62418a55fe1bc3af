//! The attack table: what the host says of each guest, which limit stopped it, and how long until the next call is served.
//!
//! `cargo bench -p koalr-tests --bench attacks` prints it as Markdown.

#![expect(clippy::print_stdout, reason = "a bench prints its table")]

use koalr_tests::attack::Attacked;
use koalr_tests::attacks;
use tokio::runtime::Builder;

macro_rules! row {
    ($name:ident) => {
        print(&run(attacks::$name()));
    };
}

fn main() {
    println!("| guest | what the host said | limit | next call served after |");
    println!("|---|---|---|---:|");
    koalr_guests::foreach_guest!(row);
    koalr_tests::foreach_made_guest!(row);
}

/// On one thread, because the log is kept by thread.
fn run(attack: impl Future<Output = Attacked>) -> Attacked {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.expect("a thread can wait").block_on(attack)
}

fn print(attacked: &Attacked) {
    let mut said: String = attacked.said.chars().take(SHOWN).collect();
    if said.len() < attacked.said.len() {
        said.push('…');
    }
    let said = said.replace('|', "\\|");
    println!(
        "| `{}` | {said} | {} | {:.2} ms |",
        attacked.guest,
        attacked.limit().unwrap_or("–"),
        attacked.recovered.as_secs_f64() * 1e3
    );
}

/// Characters of a sentence in the table.
const SHOWN: usize = 160;
