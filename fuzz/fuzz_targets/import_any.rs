//! Any bytes as a manifest: read, import, compile, and ask the table something.
//!
//! Nothing may panic, hang or run out of memory; libFuzzer notices each. What is
//! found in the bytes does not matter, but it is used: a table of whatever could
//! be imported must answer, and give the same answer when asked again.
#![no_main]

use fingerpost::compile::Compiler;
use fingerpost::import::{Options, Sources, import};
use fingerpost::{Draws, Request};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // A reader of files hands over text; what is not UTF-8 is refused before.
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    let mut sources = Sources::new();
    sources.add("fuzz.yaml", text);
    let imported = import(&sources, &Options::default());
    for diagnostic in &imported.diagnostics {
        if let Some(origin) = diagnostic.origin {
            assert!(origin.start <= origin.end && origin.end as usize <= text.len());
        }
    }
    let compiled = Compiler::new().compile(&imported.routes);
    let table = compiled.table;
    let mut scratch = table.create_scratch();
    for target in ["/", "/cart/items?x=1", "/a//b/../%2e/c"] {
        let request = Request::new(b"GET", target.as_bytes()).with_authority(b"shop.example");
        let first = table.decide_with(&mut scratch, &request, Draws::fixed(1 << 63)).outcome();
        let again = table.decide_with(&mut scratch, &request, Draws::fixed(1 << 63)).outcome();
        assert_eq!(first, again);
    }
});
