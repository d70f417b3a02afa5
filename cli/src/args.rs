//! The command line's grammar. What the words mean stands in the commands.

use std::ffi::OsString;
use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use fingerpost::{RequestProtocol, Scheme};

/// What `--help` ends with.
const EXIT_CODES: &str = "\
Exit status:
  0  done, whatever the answer is
  1  done, and it is bad news: errors in manifests (check, compile), a bad line (--requests)
  2  called wrongly, or a request that is none
  3  something cannot be read or written";

/// Route requests over the manifests you have, offline, and learn why.
#[derive(Debug, Parser)]
#[command(
    name = "fingerpost",
    version,
    max_term_width = 100,
    infer_long_args = false,
    after_help = EXIT_CODES
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Answer in JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Decide where a request goes
    #[command(
        override_usage = "fingerpost route [OPTIONS] FILES... METHOD URL\n       \
                          fingerpost route [OPTIONS] FILES... --curl 'curl ...'\n       \
                          fingerpost route [OPTIONS] FILES... --requests FILE [--watch]",
        after_help = EXIT_CODES
    )]
    Route(RouteArgs),
    /// Decide where a request goes, and say why
    #[command(
        override_usage = "fingerpost explain [OPTIONS] FILES... METHOD URL\n       \
                          fingerpost explain [OPTIONS] FILES... --curl 'curl ...'",
        after_help = EXIT_CODES
    )]
    Explain(ExplainArgs),
    /// Read and compile manifests, and report what is wrong with them
    #[command(after_help = EXIT_CODES)]
    Check(CheckArgs),
    /// Show what the manifests amount to
    #[command(after_help = EXIT_CODES)]
    Show(ShowArgs),
    /// Write the table of the manifests as a snapshot, which is given in their place
    #[command(after_help = EXIT_CODES)]
    Compile(CompileArgs),
}

#[derive(Args, Debug)]
pub(crate) struct RouteArgs {
    /// Manifests (files, folders, '-' for standard input) or a snapshot; then METHOD and URL
    ///
    /// URL is http, https, ws, wss, grpc, grpcs, tcp, tls or udp; a bare path (/cart) is
    /// a request without authority. A tcp, tls or udp URL needs no METHOD.
    #[arg(required = true, value_name = "FILES... METHOD URL")]
    pub(crate) words: Vec<OsString>,
    /// Read requests from a file of JSON lines ('-': standard input), and answer each with a line
    #[arg(long, value_name = "FILE", conflicts_with = "curl")]
    pub(crate) requests: Option<PathBuf>,
    /// Follow FILES: requests are answered from their newest state that has no errors
    #[arg(long, requires = "requests")]
    pub(crate) watch: bool,
    /// Take the request from a curl command, as one word
    #[arg(long, value_name = "COMMAND")]
    pub(crate) curl: Option<String>,
    #[command(flatten)]
    pub(crate) request: RequestArgs,
    #[command(flatten)]
    pub(crate) import: ImportArgs,
}

#[derive(Args, Debug)]
pub(crate) struct ExplainArgs {
    /// Manifests (files, folders, '-' for standard input) or a snapshot; then METHOD and URL
    ///
    /// URL is http, https, ws, wss, grpc, grpcs, tcp, tls or udp; a bare path (/cart) is
    /// a request without authority. A tcp, tls or udp URL needs no METHOD.
    #[arg(required = true, value_name = "FILES... METHOD URL")]
    pub(crate) words: Vec<OsString>,
    /// Take the request from a curl command, as one word
    #[arg(long, value_name = "COMMAND")]
    pub(crate) curl: Option<String>,
    /// List every rule that lost, however many there are
    #[arg(long)]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) request: RequestArgs,
    #[command(flatten)]
    pub(crate) import: ImportArgs,
}

#[derive(Args, Debug)]
pub(crate) struct CheckArgs {
    /// Report as a SARIF 2.1.0 log
    #[arg(long, conflicts_with = "json")]
    pub(crate) sarif: bool,
    /// Manifests (files, folders, '-' for standard input) or a snapshot
    #[arg(required = true, value_name = "FILES")]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) import: ImportArgs,
}

#[derive(Args, Debug)]
pub(crate) struct ShowArgs {
    /// Manifests (files, folders, '-' for standard input) or a snapshot
    #[arg(required = true, value_name = "FILES")]
    pub(crate) files: Vec<PathBuf>,
    /// What a controller would write into the status of each object
    #[arg(long, conflicts_with_all = ["stats", "tries"])]
    pub(crate) status: bool,
    /// The table's sizes and worst-case bounds
    #[arg(long, conflicts_with = "tries")]
    pub(crate) stats: bool,
    /// The table's path tries
    #[arg(long)]
    pub(crate) tries: bool,
    #[command(flatten)]
    pub(crate) import: ImportArgs,
}

#[derive(Args, Debug)]
pub(crate) struct CompileArgs {
    /// Manifests (files, folders, '-' for standard input) or a snapshot
    #[arg(required = true, value_name = "FILES")]
    pub(crate) files: Vec<PathBuf>,
    /// The snapshot to write, usually *.fpt ('-': standard output)
    ///
    /// It is written beside and renamed, so that whoever reads the file that was there
    /// before reads on in that. Nothing is written where the manifests have errors.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// Leave out the names of routes, rules and gateways and their places in files
    ///
    /// The snapshot has about half of the bytes, and decides the same. It cannot tell
    /// whose a decision is, and a request cannot name its gateway.
    #[arg(long)]
    pub(crate) without_names: bool,
    #[command(flatten)]
    pub(crate) import: ImportArgs,
}

/// How manifests are read.
#[derive(Args, Debug)]
#[command(next_help_heading = "Reading manifests")]
pub(crate) struct ImportArgs {
    /// Take every document for this dialect: gateway-api, app-mesh or native
    #[arg(long, value_name = "NAME")]
    pub(crate) dialect: Option<String>,
    /// Take what a cluster would refuse at admission, as far as it makes sense
    #[arg(long)]
    pub(crate) lenient: bool,
}

/// What a request says besides METHOD and URL.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Request")]
pub(crate) struct RequestArgs {
    /// A header; repeatable. 'host' sets the authority
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE")]
    pub(crate) headers: Vec<String>,
    /// The authority, in place of the URL's
    #[arg(long, value_name = "HOST[:PORT]")]
    pub(crate) authority: Option<String>,
    /// The scheme, in place of the URL's: http or https
    #[arg(long, value_parser = scheme)]
    pub(crate) scheme: Option<Scheme>,
    /// http1, http2, http3, grpc, tls, tcp or udp
    #[arg(long, value_parser = protocol)]
    pub(crate) protocol: Option<RequestProtocol>,
    /// The Gateway or VirtualGateway that takes the request
    #[arg(long, value_name = "[NAMESPACE/]NAME")]
    pub(crate) gateway: Option<String>,
    /// The gateway's listener that takes the request
    #[arg(long, value_name = "NAME")]
    pub(crate) listener: Option<String>,
    /// The port it comes in at, in place of the URL's
    #[arg(long, value_parser = port, allow_negative_numbers = true)]
    pub(crate) port: Option<u16>,
    /// The server name of the TLS handshake
    #[arg(long, value_name = "NAME")]
    pub(crate) sni: Option<String>,
    /// The client's address
    #[arg(long, value_name = "IP", value_parser = ip)]
    pub(crate) source_ip: Option<IpAddr>,
    /// The address the client connects to
    #[arg(long, value_name = "IP", value_parser = ip)]
    pub(crate) destination_ip: Option<IpAddr>,
    /// The client's namespace, in a mesh
    #[arg(long, value_name = "NAMESPACE")]
    pub(crate) client_namespace: Option<String>,
    /// An attribute; repeatable
    #[arg(long = "attribute", value_name = "NAME=VALUE")]
    pub(crate) attributes: Vec<String>,
    /// The number drawn for weights, mirrors and faults (0 unless given); repeatable
    #[arg(long, value_name = "NUMBER", value_parser = draw, allow_negative_numbers = true)]
    pub(crate) random: Vec<u64>,
}

impl RequestArgs {
    /// Whether nothing is said.
    pub(crate) fn is_empty(&self) -> bool {
        let Self {
            headers,
            authority,
            scheme,
            protocol,
            gateway,
            listener,
            port,
            sni,
            source_ip,
            destination_ip,
            client_namespace,
            attributes,
            random,
        } = self;
        headers.is_empty()
            && authority.is_none()
            && scheme.is_none()
            && protocol.is_none()
            && gateway.is_none()
            && listener.is_none()
            && port.is_none()
            && sni.is_none()
            && source_ip.is_none()
            && destination_ip.is_none()
            && client_namespace.is_none()
            && attributes.is_empty()
            && random.is_empty()
    }
}

fn scheme(text: &str) -> Result<Scheme, &'static str> {
    match text {
        "http" => Ok(Scheme::Http),
        "https" => Ok(Scheme::Https),
        _ => Err("http or https is expected"),
    }
}

fn protocol(text: &str) -> Result<RequestProtocol, &'static str> {
    RequestProtocol::from_name(text).ok_or("http1, http2, http3, grpc, tls, tcp or udp is expected")
}

fn port(text: &str) -> Result<u16, &'static str> {
    text.parse()
        .map_err(|_| "a port is a number from 0 to 65535")
}

fn draw(text: &str) -> Result<u64, &'static str> {
    text.parse()
        .map_err(|_| "a draw is a whole number from 0 to 2^64 - 1")
}

fn ip(text: &str) -> Result<IpAddr, &'static str> {
    text.parse()
        .map_err(|_| "an address is written as 10.0.0.7 or ::1")
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_grammar_is_sound() {
        Cli::command().debug_assert();
    }
}
