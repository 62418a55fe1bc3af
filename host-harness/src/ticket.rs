//! What a browser holds: the secret of a link that signs in, and of a visit.

use std::fmt;

use koalr_store::{StoreError, fill_random};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// 32 random bytes as 64 hexadecimal digits in lower case. It leaves memory when it is dropped; its `Debug` shows nothing.
pub struct Ticket(Zeroizing<String>);

impl Ticket {
    /// A fresh one.
    ///
    /// # Errors
    /// - the system gives no random bytes
    pub fn random() -> Result<Self, StoreError> {
        let mut bytes = Zeroizing::new([0; BYTES]);
        fill_random(&mut *bytes)?;
        Ok(Self(Zeroizing::new(hex::encode(*bytes))))
    }

    /// Reads one; none if the text is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let fits = text.len() == 2 * BYTES && text.bytes().all(is_digit);
        fits.then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// The ticket itself, for its holder.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The same once more.
    #[must_use]
    pub fn again(&self) -> Self {
        Self(self.0.clone())
    }

    /// What is kept of it.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }

    /// What forms of this visit carry, which no other site can know: a browser sends a cookie along with any request, but
    /// shows it to nobody.
    #[must_use]
    pub fn form_mark(&self) -> String {
        let hash = Sha256::new()
            .chain_update(b"form ")
            .chain_update(self.0.as_bytes());
        hex::encode(hash.finalize())
    }

    /// Whether a form carries the mark of this visit. Hashes are compared, so that the time tells nothing about it.
    #[must_use]
    pub fn marked(&self, mark: &str) -> bool {
        Sha256::digest(mark) == Sha256::digest(self.form_mark())
    }
}

impl fmt::Debug for Ticket {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Ticket")
    }
}

/// Length, in bytes.
const BYTES: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_reads_back_and_nothing_else_does() {
        let ticket = Ticket::random().unwrap();
        assert_eq!(
            Ticket::parse(ticket.reveal()).unwrap().hash(),
            ticket.hash()
        );
        let upper = ticket.reveal().to_uppercase();
        let long = format!("{}0", ticket.reveal());
        for text in [
            "",
            &ticket.reveal()[1..],
            &long,
            &format!("{}g", &upper[1..]),
        ] {
            assert!(Ticket::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_form_of_another_visit_is_not_marked() {
        let (one, other) = (Ticket::random().unwrap(), Ticket::random().unwrap());
        assert!(one.marked(&one.form_mark()));
        assert!(!one.marked(&other.form_mark()));
        assert!(!one.marked("") && !one.marked(one.reveal()));
        assert!(!one.form_mark().contains(one.reveal()));
    }

    #[test]
    fn a_ticket_is_in_no_log() {
        let ticket = Ticket::random().unwrap();
        assert_eq!(format!("{ticket:?}"), "Ticket");
    }
}
