//! The proxy as a program: a folder of manifests, which it follows, an address, and where
//! each backend is.
#![allow(clippy::print_stdout, clippy::print_stderr)] // a program for the terminal

use std::collections::HashMap;
use std::error::Error;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::thread;

use fingerpost::diagnostic::Severity;
use fingerpost::watch::{Options, Watch};
use fingerpost_example_hyper_tower::{Forward, RouteLayer};
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tower::Layer;

const USAGE: &str = "usage: hyper-tower FOLDER ADDRESS [NAME=ADDRESS]...";

#[tokio::main]
async fn main() -> ExitCode {
    match run(std::env::args().skip(1).collect()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("hyper-tower: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Vec<String>) -> Result<(), Box<dyn Error>> {
    let [folder, address, backends @ ..] = arguments.as_slice() else {
        return Err(USAGE.into());
    };
    let mut addresses = HashMap::new();
    for backend in backends {
        let (name, address) = backend.split_once('=').ok_or(USAGE)?;
        addresses.insert(name.to_string(), address.parse::<SocketAddr>()?);
    }
    // Refuses to start with an error: half of the routes are worse than none.
    let (mut watch, report) = Watch::start([folder], Options::default())?;
    if report.worst() > Some(Severity::Note) {
        eprintln!("{report}");
    }
    let service = RouteLayer::new(watch.handle().clone()).layer(Forward::new(addresses));
    // A thread of its own, not the runtime's: a large set takes a while to compile.
    thread::spawn(move || watch.run(|event| eprintln!("hyper-tower: {event}")));

    let listener = TcpListener::bind(address).await?;
    // Port 0 asks the system for one: whoever started this reads here which.
    println!("listening on {}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        let service = TowerToHyperService::new(service.clone());
        tokio::spawn(async move {
            let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            // A client that goes away in the middle is no fault of this program.
            let _ = connection.await;
        });
    }
}
