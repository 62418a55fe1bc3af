use proptest::prelude::*;
use proptest::sample::Index;

use super::*;

/// A chain of that many entries.
fn chain(length: usize) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for place in 0..length {
        let event = Event::Overrode {
            head_sha: format!("abc{place}"),
            reason: "hotfix \"é\"".to_owned(),
        };
        let at = 1_000 + i64::try_from(place).unwrap();
        let next = Entry::next(entries.last(), at, ("ada", "acme/shop#7"), &event);
        entries.push(next);
    }
    entries
}

#[track_caller]
fn refused(entries: &[Entry], known: Option<&Tip>) -> String {
    verify(entries, known).unwrap_err().to_string()
}

#[test]
fn a_chain_as_it_was_written_tells_its_end() {
    let entries = chain(3);
    let tip = verify(&entries, None).unwrap();
    assert_eq!(tip, entries.last().unwrap().tip());
    assert_eq!(tip.seq, 3);
    assert_eq!(verify(&entries, Some(&tip)), Ok(tip));
}

#[test]
fn an_empty_chain_is_good_and_has_the_first_end() {
    assert_eq!(verify::<Entry>([], None), Ok(Tip::default()));
    assert_eq!(GENESIS.len(), 64);
}

#[test]
fn a_chain_may_have_grown_since_its_known_end() {
    let entries = chain(4);
    let known = entries.get(1).unwrap().tip();
    assert_eq!(verify(&entries, Some(&known)).unwrap().seq, 4);
}

#[test]
fn the_encoding_never_changes() {
    let first = chain(1).remove(0);
    assert_eq!(
        first.detail,
        r#"{"head-sha":"abc0","reason":"hotfix \"é\""}"#
    );
    assert_eq!(first.hash, PINNED);
}

#[test]
fn an_altered_entry_is_named() {
    let mut entries = chain(3);
    entries[1].subject = "acme/shop#8".to_owned();
    assert_eq!(
        refused(&entries, None),
        "the audit chain is broken at entry 2: its fields do not have the hash that stands with them; it was altered"
    );
}

#[test]
fn an_altered_entry_with_its_hash_made_anew_breaks_the_next() {
    let mut entries = chain(3);
    entries[1].actor = "mona".to_owned();
    entries[1].hash = entries[1].digest();
    assert_eq!(
        refused(&entries, None),
        "the audit chain is broken at entry 3: it does not continue the entry before it; one of the two was replaced"
    );
}

#[test]
fn a_chain_written_anew_is_refused_by_a_known_end() {
    let known = chain(3).last().unwrap().tip();
    let mut anew: Vec<Entry> = Vec::new();
    for at in 0..4 {
        let job = "sync".to_owned();
        let event = Event::Replayed { job };
        anew.push(Entry::next(anew.last(), at, ("ada", ""), &event));
    }
    assert!(verify(&anew, None).is_ok());
    assert_eq!(
        refused(&anew, Some(&known)),
        "the audit chain is broken at entry 3: the chain was written anew: a known entry had another hash"
    );
}

#[test]
fn a_chain_that_was_cut_off_is_refused_by_a_known_end() {
    let mut entries = chain(5);
    let known = entries.last().unwrap().tip();
    entries.truncate(2);
    assert_eq!(
        refused(&entries, Some(&known)),
        "the audit chain is broken at entry 3: it is missing, and entry 5 is known to have been written; the end was cut off"
    );
}

#[test]
fn what_moves_from_one_field_to_the_next_changes_the_hash() {
    let first = chain(1).remove(0);
    let mut moved = first.clone();
    moved.subject.insert(0, moved.actor.pop().unwrap());
    assert_ne!(moved.digest(), first.digest());
}

#[test]
fn every_act_has_a_word_of_its_own() {
    let words: std::collections::BTreeSet<&str> = Deed::ALL.iter().map(|one| one.word()).collect();
    assert_eq!(words.len(), Deed::ALL.len());
}

/// Another character of one byte in place of one; what is not ASCII is replaced as a whole.
fn tamper(text: &mut String, at: Index, with: u8) {
    let chars: Vec<char> = text.chars().collect();
    if chars.is_empty() {
        text.push(char::from(with));
        return;
    }
    let at = at.index(chars.len());
    let with = if chars[at] == char::from(with) {
        '~'
    } else {
        char::from(with)
    };
    *text = chars
        .iter()
        .enumerate()
        .map(|(index, one)| if index == at { with } else { *one })
        .collect();
}

proptest! {
    #[test]
    fn any_change_of_any_byte_of_any_field_is_refused(
        entry: Index, field in 0..8, at: Index, with in b'0'..=b'}', bit in 0..64_u32,
    ) {
        let mut entries = chain(4);
        let known = entries[3].tip();
        let one = &mut entries[entry.index(4)];
        match field {
            0 => one.seq ^= 1 << bit,
            1 => one.at ^= 1 << bit,
            2 => tamper(&mut one.actor, at, with),
            3 => one.act = *at.get(&Deed::ALL.map(|deed| if deed == one.act { Deed::Decided } else { deed })),
            4 => tamper(&mut one.subject, at, with),
            5 => tamper(&mut one.detail, at, with),
            6 => tamper(&mut one.previous, at, with),
            _ => tamper(&mut one.hash, at, with),
        }
        prop_assert!(verify(&entries, None).is_err());
        prop_assert!(verify(&entries, Some(&known)).is_err());
    }

    #[test]
    fn removing_doubling_or_moving_an_entry_is_refused(at: Index, to: Index) {
        let (entries, known) = (chain(5), chain(5)[4].tip());
        let (at, to) = (at.index(5), to.index(5));
        let mut removed = entries.clone();
        let taken = removed.remove(at);
        prop_assert!(verify(&removed, Some(&known)).is_err());
        prop_assert_eq!(verify(&removed, None).is_ok(), at == 4);
        let mut doubled = entries.clone();
        doubled.insert(to, taken.clone());
        prop_assert!(verify(&doubled, None).is_err());
        let mut swapped = entries.clone();
        swapped.swap(at, to);
        prop_assert_eq!(verify(&swapped, None).is_ok(), at == to);
    }
}

/// Computed once by another program, from the lengths and bytes of the fields.
const PINNED: &str = "66b0727cffd4d86ec8f7385d66f7c195af5e835dc6c312525697a03063f83bce";
