//! What the sandbox costs: loading, instantiating and calling a component, beside the same functions native. Every round
//! measures each row once, so that the machine's mood hits all rows alike.

use std::path::Path;
use std::time::Instant;

use koalr_runtime::{Egress, Engine, EngineSettings, Limits, Plugin};
use koalr_tests::facts;

use crate::runtime;
use crate::sheet::{Sheet, Unit, timed};

pub(crate) fn run(sheet: &mut Sheet) {
    runtime().block_on(bench(sheet));
}

async fn bench(sheet: &mut Sheet) {
    let component = koalr_host::component_path().unwrap();
    load(&component, sheet);
    let directory = tempfile::tempdir().unwrap();
    let engine = engine(Some(&directory.path().join("artifacts")));
    let plugin = engine.load(&component).unwrap();
    instantiate(&plugin, sheet).await;
    for count in [10, 1_000, 10_000] {
        score(&plugin, count, sheet).await;
        gate(&plugin, count, sheet).await;
    }
}

fn load(component: &Path, sheet: &mut Sheet) {
    let directory = tempfile::tempdir().unwrap();
    let cache = directory.path().join("artifacts");
    engine(Some(&cache)).load(component).unwrap();
    let (mut cached, mut compiled) = (Vec::new(), Vec::new());
    for _ in 0..sheet.rounds(LOAD_ROUNDS) {
        let warm = engine(Some(&cache));
        let cold = engine(None);
        cached.push(timed(|| warm.load(component).unwrap()));
        compiled.push(timed(|| cold.load(component).unwrap()));
    }
    sheet
        .row("load, compiled", Unit::Seconds, compiled)
        .over("cached", &cached);
    sheet
        .row("load, cached", Unit::Seconds, cached)
        .at_most(1e-3);
}

async fn instantiate(plugin: &Plugin, sheet: &mut Sheet) {
    let mut figures = Vec::new();
    for _ in 0..sheet.rounds(ROUNDS) {
        let start = Instant::now();
        let session = plugin.open_session(Egress::closed()).await.unwrap();
        figures.push(start.elapsed().as_secs_f64());
        drop(session);
    }
    sheet
        .row("instantiate", Unit::Seconds, figures)
        .at_most(20e-6);
}

/// One score call on evidence with `count` findings: native, and on a warm instance.
async fn score(plugin: &Plugin, count: u32, sheet: &mut Sheet) {
    let native = facts::native_score(count);
    let request = facts::wire_score(count);
    let mut session = plugin.open_session(Egress::closed()).await.unwrap();
    session.score(&request).await.unwrap().unwrap();
    let (mut natives, mut warms) = (Vec::new(), Vec::new());
    for _ in 0..sheet.rounds(ROUNDS) {
        natives.push(timed(|| {
            koalr_integration_kit::score::score(&native).unwrap()
        }));
        let start = Instant::now();
        session.score(&request).await.unwrap().unwrap();
        warms.push(start.elapsed().as_secs_f64());
    }
    let row = sheet.row("score, warm instance", Unit::Seconds, warms);
    row.size(count).over("native", &natives);
}

/// One gate call on evidence with `count` findings: native, on a warm instance, and on a fresh one that is dropped.
async fn gate(plugin: &Plugin, count: u32, sheet: &mut Sheet) {
    let native = facts::native(count);
    let request = facts::wire(plugin, count).await;
    let mut warm = plugin.open_session(Egress::closed()).await.unwrap();
    warm.gate(&request).await.unwrap().unwrap();
    let (mut natives, mut warms, mut freshes) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..sheet.rounds(ROUNDS) {
        natives.push(timed(|| {
            koalr_integration_kit::gate::gate(&native).unwrap()
        }));
        let start = Instant::now();
        warm.gate(&request).await.unwrap().unwrap();
        warms.push(start.elapsed().as_secs_f64());
        let start = Instant::now();
        let mut fresh = plugin.open_session(Egress::closed()).await.unwrap();
        fresh.gate(&request).await.unwrap().unwrap();
        drop(fresh);
        freshes.push(start.elapsed().as_secs_f64());
    }
    let row = sheet.row("gate, warm instance", Unit::Seconds, warms);
    row.size(count).over("native", &natives);
    match count {
        10 => row.at_most(10e-6),
        1_000 => row.at_most(350e-6),
        _ => row,
    };
    let row = sheet.row("gate, fresh instance", Unit::Seconds, freshes);
    row.size(count).over("native", &natives);
    if count == 10 {
        row.at_most(70e-6);
    }
}

fn engine(artifact_dir: Option<&Path>) -> Engine {
    let artifact_dir = artifact_dir.map(Path::to_path_buf);
    Engine::new(EngineSettings {
        artifact_dir,
        limits: Limits::default(),
    })
    .unwrap()
}

/// Rounds of a call that takes microseconds.
const ROUNDS: usize = 301;

/// Rounds of a load, which compiles for half a second.
const LOAD_ROUNDS: usize = 11;
