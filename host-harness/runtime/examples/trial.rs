use koalr_runtime::*;
use std::time::Instant;
fn main() {
    let rt = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .event_interval(1)
        .build()
        .unwrap();
    let dir = tempfile::tempdir().unwrap();
    let p = std::path::Path::new("/tmp/t-plugin/wasm32-wasip2/component/koalr_snyk_plugin.wasm");
    let set = || EngineSettings {
        artifact_dir: Some(dir.path().join("a")),
        limits: Limits::default(),
    };
    let t = Instant::now();
    let e = Engine::new(set()).unwrap();
    println!("engine {:?}", t.elapsed());
    let t = Instant::now();
    let pl = e.load(p).unwrap();
    println!("compile {:?} {} bytes", t.elapsed(), pl.size_bytes());
    println!("{:#?} {:?} {}", pl.imports(), pl.world(), pl.content_hash());
    for _ in 0..5 {
        let t = Instant::now();
        let _ = e.load(p).unwrap();
        println!("cached {:?}", t.elapsed());
    }
    rt.block_on(async {
        let mut first = vec![];
        let mut open = vec![];
        let mut drops = vec![];
        for _ in 0..300 {
            let t = Instant::now();
            let mut s = pl.open_session(Egress::closed()).await.unwrap();
            open.push(t.elapsed());
            let m = s.describe().await;
            first.push(t.elapsed());
            if first.len() == 1 {
                let m = m.unwrap();
                println!(
                    "{} {} origins {} rules {}",
                    m.id,
                    m.version,
                    m.origins.len(),
                    m.rules.len()
                );
                let o = pin_origin(&m, Some("eu-01"), None, false);
                println!("{o:?}");
                println!(
                    "{:?}",
                    EgressPolicy::from_manifest(&m, o.unwrap(), Organizations::Connecting).is_ok()
                );
                println!("{:?}", s.usage());
            }
            let t = Instant::now();
            drop(s);
            drops.push(t.elapsed());
        }
        for (n, v) in [
            ("open", &mut open),
            ("open+describe", &mut first),
            ("drop", &mut drops),
        ] {
            v.sort();
            println!("{n} median {:?} max {:?}", v[v.len() / 2], v.last());
        }
        let req = contract::score::Request {
            change: contract::types::Change {
                id: "1".into(),
                repository: "a/b".into(),
                number: None,
                head_sha: "x".into(),
                base_sha: None,
                target_branch: None,
            },
            evidence: contract::score::Evidence {
                observation: contract::score::Observation::Observed,
                dependencies: Some(vec![]),
                findings: vec![],
                aliases: vec![],
                licenses: vec![],
                fix_candidates: vec![],
                debt: vec![],
                coverage: vec![],
                extra: vec![],
            },
            settings: vec![],
            as_of: 0,
        };
        let mut v = vec![];
        let mut s = pl.open_session(Egress::closed()).await.unwrap();
        for i in 0..300 {
            let t = Instant::now();
            let r = s.score(&req).await;
            v.push(t.elapsed());
            if i == 0 {
                println!("{r:?}");
            }
        }
        v.sort();
        println!("warm score median {:?}", v[150]);
        println!("{:?}", s.usage());
    });
}
