//! The attack table: what the host says of each guest, which limit stopped it, and how long until the next call is served.

use koalr_tests::attack::Attacked;
use koalr_tests::attacks;
use tokio::runtime::Builder;

use crate::sheet::{Sheet, Unit};

pub(crate) fn run(sheet: &mut Sheet) {
    let mut recovered = Vec::new();
    println!("| guest | what the host said | limit | next call served after |");
    println!("|---|---|---|---:|");
    macro_rules! row {
        ($name:ident) => {
            recovered.extend(attack(attacks::$name()).print(stringify!($name)));
        };
    }
    koalr_guests::foreach_guest!(row);
    koalr_tests::foreach_made_guest!(row);
    println!();
    let guests = recovered.len();
    let row = sheet.row("next call after a hostile one", Unit::Seconds, recovered);
    row.note(format!("{guests} guests, one figure each"));
}

/// On one thread, because the log is kept by thread.
fn attack<T>(attack: impl Future<Output = T>) -> T {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.expect("a thread can wait").block_on(attack)
}

/// A row of the table.
trait Row {
    /// Prints it, and gives the time until the next call, in seconds; none where no call follows.
    fn print(&self, guest: &str) -> Option<f64>;
}

impl Row for Attacked {
    fn print(&self, guest: &str) -> Option<f64> {
        let said = shown(&self.said);
        let limit = self.limit().unwrap_or("–");
        let recovered = self.recovered.as_secs_f64() * 1e3;
        println!("| `{guest}` | {said} | {limit} | {recovered:.2} ms |");
        Some(self.recovered.as_secs_f64())
    }
}

/// An attack by values, which are refused with this sentence.
impl Row for String {
    fn print(&self, guest: &str) -> Option<f64> {
        println!("| `{guest}` | {} | – | – |", shown(self));
        None
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
