//! Returns a batch of very many bytes.

use koalr_hostile_guests::{Hostile, guest, harmless, sync, told};

struct ReturnsGiganticLists;

impl Hostile for ReturnsGiganticLists {
    fn sync(request: sync::Request) -> Result<sync::Batch, sync::Error> {
        let bytes = usize::try_from(told::amount(&request).min(64 << 20)).unwrap();
        let text = "x".repeat(1 << 10);
        let rows = (0..bytes >> 10).map(|_| (String::new(), text.clone()));
        Ok(sync::Batch {
            progress: harmless::batch().progress,
            ..told::batch(rows)
        })
    }
}

guest!(ReturnsGiganticLists);
