use fingerpost::import::{Options, Sources, import};
#[test]
fn scratch() {
    let Ok(files) = std::env::var("FILES") else {
        return;
    };
    let mut options = Options::default();
    options.lenient = std::env::var("LENIENT").is_ok();
    let mut sources = Sources::new();
    for f in files.split(',') {
        let t = std::fs::read_to_string(f).unwrap();
        let name = f.rsplit('/').next().unwrap();
        sources.add(name, t);
    }
    let out = import(&sources, &options);
    for d in &out.diagnostics {
        let o = d.origin.unwrap_or_default();
        println!(
            "{}:{}:{} {:?} {} {} | {:?}",
            out.routes.sources[o.source as usize],
            o.line,
            o.column,
            d.severity,
            d.code,
            d.message,
            d.help
        );
    }
    if std::env::var("DUMP").is_ok() {
        for g in &out.routes.gateways {
            println!("GATEWAY {} ", g.object);
            for l in &g.listeners {
                println!(
                    "   {} {:?} {:?} {:?} -> {:?}",
                    l.name, l.port, l.protocol, l.hosts, l.stage.0
                );
            }
        }
        for (i, s) in out.routes.stages.iter().enumerate() {
            println!("STAGE {i} {} {:?}", s.object, s.attachments);
        }
        for (i, r) in out.routes.routes.iter().enumerate() {
            println!("ROUTE {i} {}", r.object);
            for r in &r.rules {
                println!(
                    "     {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
                    r.name, r.priority, r.matches, r.filters, r.action, r.timeouts, r.retry
                );
            }
        }
    }
}
