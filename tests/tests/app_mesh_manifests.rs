//! App Mesh against manifests that nobody here wrote: the examples of the service's
//! own repository, and the articles' snippets, as written and as corrected.

// A skipped test says so, and a test says how much it held.
#![allow(clippy::print_stdout)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use fingerpost::compile::Compiler;
use fingerpost::diagnostic::{Diagnostic, Severity};
use fingerpost::import::{Import, Options, Sources, import};

#[test]
fn every_valid_manifest_imports_without_an_error_and_the_others_say_why_not() {
    let Some(folder) = shared("app-mesh/manifests") else {
        return;
    };
    let refused = refused();
    let mut failures = Vec::new();
    let mut met = 0;
    let mut imported = BTreeMap::<String, usize>::new();
    for path in files(&folder) {
        let name = path.file_name().unwrap().to_str().unwrap().to_string();
        let out = import_all(&[(name.clone(), filled(&path))]);
        for gateway in &out.routes.gateways {
            *imported.entry(gateway.object.kind.clone()).or_default() += 1;
        }
        let errors: Vec<&Diagnostic> = of(&out, Severity::Error);
        match refused.iter().find(|(file, _)| *file == name) {
            None if errors.is_empty() => {}
            None => failures.push(format!("{name} is refused: {errors:#?}")),
            Some((_, reason)) => {
                met += 1;
                if !errors
                    .iter()
                    .any(|error| error.message.contains(reason.as_str()))
                {
                    failures.push(format!("{name} does not say '{reason}': {errors:#?}"));
                }
                if errors.iter().any(|error| error.origin.is_none()) {
                    failures.push(format!("{name}: an error without a place"));
                }
            }
        }
        compiles(&name, &out, &mut failures);
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert_eq!(met, refused.len(), "a refused file is not there any more");
    println!("{imported:?}");
    assert!(imported["Mesh"] >= 30, "{imported:?}");
    assert!(imported["VirtualGateway"] >= 9, "{imported:?}");
}

#[test]
fn a_field_that_does_not_exist_is_told_and_costs_nothing() {
    let Some(folder) = shared("app-mesh/manifests") else {
        return;
    };
    for (name, says) in [
        (
            "walkthroughs_howto-k8s-mtls-sds-based_v1beta2_manifest.yaml",
            "VirtualNode filled/front: backendDefaults.clientPolicy.tls.mode is not a known field",
        ),
        (
            "blogs_eks-multi-account-spire_mesh_yelb-appserver.yaml",
            "VirtualNode yelb/yelb-appserver: backendDefaults.clientPolicy.tls.mode is not a known field",
        ),
    ] {
        let out = import_all(&[(name.to_string(), filled(&folder.join(name)))]);
        let warnings = of(&out, Severity::Warning);
        assert!(
            warnings.iter().any(|found| found.message == says),
            "{warnings:#?}"
        );
        assert_eq!(of(&out, Severity::Error), Vec::<&Diagnostic>::new());
    }
}

#[test]
fn a_fault_in_one_document_costs_no_other() {
    let Some(folder) = shared("app-mesh/manifests") else {
        return;
    };
    let name = "walkthroughs_eks-app-mesh-cross-account-acm_mesh_yelb_ui_update.yaml";
    let out = import_all(&[(name.to_string(), filled(&folder.join(name)))]);
    // The VirtualNode before it is no YAML; the VirtualService is read all the same.
    let gateway = out
        .routes
        .gateways
        .first()
        .expect("the mesh of the service");
    assert_eq!(gateway.object.kind, "Mesh");
    assert_eq!(gateway.listeners[0].hosts[0].to_text(), "yelb-ui");
}

#[test]
fn the_corrected_snippets_import_without_an_error() {
    let Some(folder) = shared("seed-fixtures/corrected") else {
        return;
    };
    for name in ["s000-appmesh.yaml", "s001-appmesh.yaml"] {
        let out = import_all(&[(name.to_string(), read(&folder.join(name)))]);
        assert_eq!(
            of(&out, Severity::Error),
            Vec::<&Diagnostic>::new(),
            "{name}"
        );
        let mut failures = Vec::new();
        compiles(name, &out, &mut failures);
        assert!(failures.is_empty(), "{failures:?}");
    }
}

#[test]
fn the_snippets_as_written_are_read_or_refused_as_the_page_says() {
    let Some(folder) = shared("seed-fixtures/as-written") else {
        return;
    };
    let errors = |names: &[&str], lenient: bool| -> Vec<String> {
        let files: Vec<_> = names
            .iter()
            .map(|name| (name.to_string(), read(&folder.join(name))))
            .collect();
        let mut options = Options::default();
        options.lenient = lenient;
        let mut sources = Sources::new();
        for (name, text) in files {
            sources.add(name, text);
        }
        let out = import(&sources, &options);
        of(&out, Severity::Error)
            .iter()
            .map(|error| error.message.clone())
            .collect()
    };
    let none: Vec<String> = Vec::new();
    let anatomy = errors(&["s000-1-anatomy-gatewayroute.yaml"], false);
    assert_eq!(
        anatomy,
        [
            "GatewayRoute default/my-gateway-route: Both prefix and path cannot be specified. Only 1 allowed"
        ]
    );
    assert_eq!(errors(&["s000-2-virtualgateway-tls.yaml"], false), none);
    let shop = [
        "s000-3-mesh-nodes-services.yaml",
        "s000-4-gatewayroutes-products-orders.yaml",
    ];
    assert_eq!(errors(&shop, false), none);
    assert_eq!(
        errors(&["s000-5-gatewayroute-retry-timeout.yaml"], false),
        none
    );
    let api = [
        "s001-1-mesh-node-service-gateway.yaml",
        "s001-2-gatewayroutes.yaml",
        "s001-3-router-and-route-crd.yaml",
    ];
    assert_eq!(errors(&api, false), none);
    let invented = errors(&["s002-1-gatewayroute-v1beta1.yaml"], false);
    assert!(
        invented[0].ends_with("appmesh/v1beta1 is no API of App Mesh"),
        "{invented:?}"
    );
    assert_eq!(errors(&["s002-1-gatewayroute-v1beta1.yaml"], true), none);
}

/// The files that are refused, each with a part of the message.
fn refused() -> Vec<(String, String)> {
    let list = concat!(env!("CARGO_MANIFEST_DIR"), "/dialects/app-mesh-refused.txt");
    fs::read_to_string(list)
        .unwrap()
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| {
            let (file, reason) = line.split_once(" | ").expect("file | reason");
            (file.to_string(), reason.to_string())
        })
        .collect()
}

fn compiles(name: &str, out: &Import, failures: &mut Vec<String>) {
    let compiled = Compiler::new().compile(&out.routes);
    if !compiled.diagnostics.is_empty() {
        failures.push(format!("{name}: {:#?}", compiled.diagnostics));
    }
}

fn import_all(files: &[(String, String)]) -> Import {
    let mut sources = Sources::new();
    for (name, text) in files {
        sources.add(name.clone(), text.clone());
    }
    import(&sources, &Options::default())
}

fn of(out: &Import, severity: Severity) -> Vec<&Diagnostic> {
    let found = out.diagnostics.iter();
    found.filter(|found| found.severity == severity).collect()
}

/// A file with its variables filled in by a name. In the JSON files a variable stands
/// in place of a whole string. None of them stands for a number.
fn filled(path: &Path) -> String {
    let text = read(path);
    let bare = path
        .extension()
        .is_some_and(|extension| extension == "json");
    let with = if bare { "\"filled\"" } else { "filled" };
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        let name = |text: &str| {
            text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                .unwrap_or(text.len())
        };
        let length = match after.strip_prefix('{') {
            Some(braced) => braced.find('}').map_or(0, |end| end + 2),
            None if after.starts_with(|c: char| c.is_ascii_uppercase()) => name(after),
            None => 0,
        };
        out.push_str(if length > 0 { with } else { "$" });
        rest = &after[length..];
    }
    out.push_str(rest);
    out
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
}

fn shared(path: &str) -> Option<PathBuf> {
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data");
    let path = Path::new(data).join(path);
    if !path.exists() {
        println!("skipped: {} is not there", path.display());
        return None;
    }
    Some(path)
}
