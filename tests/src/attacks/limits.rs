//! Every limit, with an attack that it stops and that goes through where it is wider.

use std::time::Duration;

use koalr_guests as guests;
use koalr_runtime::contract::types::ParameterValue;
use koalr_runtime::{LimitName, Limits, Verb};

use super::requests::file;
use crate::attack::{Attack, Attacked, Reply};
use crate::guests as made;

/// The attack is stopped, and the host names this limit; with a wider one nothing stops it.
pub async fn holds(name: LimitName) {
    let (narrow, wide) = limits(name);
    let stopped = attack(name, narrow).await;
    assert_eq!(stopped.limit(), Some(name.word()), "{}", stopped.said);
    let served = attack(name, wide).await.survives();
    assert_eq!(served.limit(), None, "{}", served.said);
}

/// Limits that are too narrow for the attack, and limits that are wide enough.
fn limits(name: LimitName) -> (Limits, Limits) {
    let of = |set: fn(&mut Limits, bool)| {
        let limits = |narrow| {
            let mut limits = Limits::default();
            set(&mut limits, narrow);
            limits
        };
        (limits(true), limits(false))
    };
    match name {
        LimitName::Memory => of(|l, narrow| l.memory_bytes = if narrow { 8 } else { 64 } << 20),
        LimitName::Cpu => of(|l, narrow| l.cpu_ticks = if narrow { 1 } else { 10_000 }),
        LimitName::Wall => {
            of(|l, narrow| l.wall = Duration::from_millis(if narrow { 1 } else { 100_000 }))
        }
        LimitName::Instances => of(|l, narrow| l.instances = if narrow { 16 } else { 64 }),
        LimitName::Tables => of(|l, narrow| {
            l.instances = 64;
            l.tables = if narrow { 16 } else { 64 }
        }),
        LimitName::TableElements => {
            of(|l, narrow| l.table_elements = if narrow { 10_000 } else { 40_000 })
        }
        LimitName::Handles => of(|l, narrow| l.handles = if narrow { 100 } else { 1_000 }),
        LimitName::Hostcall => of(|l, narrow| l.hostcall_bytes = if narrow { 1 } else { 16 } << 20),
        LimitName::Manifest => of(|l, narrow| l.manifest_bytes = if narrow { 1 } else { 8 } << 20),
        LimitName::Requests => of(|l, narrow| l.requests = if narrow { 5 } else { 20 }),
        LimitName::OpenRequests => of(|l, narrow| l.open_requests = if narrow { 4 } else { 16 }),
        LimitName::RequestHead => {
            of(|l, narrow| l.request_head_bytes = if narrow { 1_000 } else { 8_000 })
        }
        LimitName::RequestBody => {
            of(|l, narrow| l.request_bytes = if narrow { 16 } else { 128 } << 10)
        }
        LimitName::ResponseBody => {
            of(|l, narrow| l.response_bytes = if narrow { 1 } else { 4 } << 20)
        }
        LimitName::Download => of(|l, narrow| l.download_bytes = if narrow { 1 } else { 4 } << 20),
        LimitName::Log => of(|l, narrow| l.log_bytes = if narrow { 500 } else { 10_000 }),
        LimitName::LogMessage => {
            of(|l, narrow| l.log_message_bytes = if narrow { 500 } else { 5_000 })
        }
        LimitName::Stdio => of(|l, narrow| l.stdio_bytes = if narrow { 500 } else { 10_000 }),
    }
}

/// The same attack whatever the limits are.
async fn attack(name: LimitName, limits: Limits) -> Attacked {
    let attack = match name {
        LimitName::Memory => Attack::by(guests::ALLOCATES).amount(32 << 20),
        LimitName::Cpu | LimitName::Wall => Attack::by(guests::SPINS).amount(500_000_000),
        LimitName::Instances => Attack::with("instances", made::with_instances(40)),
        LimitName::Tables => Attack::with("tables", made::with_tables(40)),
        LimitName::TableElements => Attack::with("elements", made::with_growing_table(20_000)),
        LimitName::Handles => Attack::by(guests::HOARDS_HANDLES).amount(500),
        LimitName::Hostcall => Attack::by(guests::RETURNS_GIGANTIC_LISTS).amount(4 << 20),
        LimitName::Manifest => Attack::by(guests::DESCRIBES_HUGELY),
        LimitName::Requests => Attack::by(guests::FLOODS_REQUESTS).amount(10),
        LimitName::OpenRequests => Attack::by(guests::HOLDS_ANSWERS).amount(10),
        LimitName::RequestHead => {
            let part = ParameterValue::Text("host".to_owned());
            Attack::by(guests::SWELLS_HEADS)
                .setting("part", part)
                .amount(2_000)
        }
        LimitName::RequestBody => Attack::by(guests::FLOODS_BODIES).amount(64 << 10),
        LimitName::ResponseBody => Attack::by(guests::READS_WITHOUT_END),
        LimitName::Download => Attack::by(guests::DOWNLOADS_WITHOUT_END).downloads(&["127.0.0.1"]),
        LimitName::Log => Attack::by(guests::FLOODS_LOGS).amount(100),
        LimitName::LogMessage => Attack::by(guests::LOGS_HUGELY).amount(2_000),
        LimitName::Stdio => Attack::by(guests::FLOODS_STDERR).amount(100),
    };
    let (attack, verb) = match name {
        LimitName::Download => (attack.upstream(file).await, Verb::Sync),
        LimitName::ResponseBody => {
            let large = |_: &str| Reply::json("x".repeat(2 << 20));
            (attack.upstream(large).await, Verb::Sync)
        }
        LimitName::Manifest => (attack, Verb::Describe),
        // No verb of a made guest does anything but trap.
        LimitName::Instances | LimitName::Tables | LimitName::TableElements => (attack, Verb::Open),
        _ => (attack.upstream(|_| Reply::json("{}")).await, Verb::Sync),
    };
    attack.under(limits).call(verb).await
}
