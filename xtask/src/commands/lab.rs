//! `cargo xtask lab`: builds the page and serves it.

use core::net::Ipv4Addr;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};

use crate::commands::wasm;
use crate::tools::process::{Failure, Log, Result};
use crate::tools::{install, paths};

/// Builds `web/dist`; needs Rust and Node only.
pub(crate) fn build() -> Result {
    let mut log = Log::new("lab")?;
    let result = build_into(&mut log);
    if matches!(result, Err(Failure::Failed(_))) {
        eprintln!("{}", log.tail());
    }
    result
}

fn build_into(log: &mut Log) -> Result {
    println!("node packages ...");
    install::node_packages(log)?;
    println!("kernel (the first time takes a few minutes) ...");
    println!("  {}", wasm::build(log)?);
    println!("page ...");
    install::npm("run build").log(log)
}

/// Builds and serves on this machine only, until interrupted.
pub(crate) fn serve(port: u16) -> Result {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|error| {
        Failure::Failed(format!(
            "cannot serve on port {port}: {error}; try `cargo xtask lab --port {}`",
            port.checked_add(1).unwrap_or(4174)
        ))
    })?;
    build()?;
    println!("\nthe lab is at http://127.0.0.1:{port}/ (Ctrl-C ends it)");
    for stream in listener.incoming() {
        // A browser that goes away in the middle of an answer is no error of ours.
        std::thread::spawn(move || stream.and_then(|stream| answer(&stream, &paths::at("web/dist"))));
    }
    Ok(())
}

/// One request, one file.
fn answer(mut stream: &TcpStream, site: &Path) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    // Reading the headers lets the browser finish sending before the connection closes.
    while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
    let (status, path) = match file(&request, site) {
        Some(path) => ("200 OK", path),
        None => ("404 Not Found", site.join("404.html")),
    };
    let body = std::fs::read(&path).unwrap_or_else(|_| b"not found".into());
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: {}\r\nContent-Length: {}\r\nCache-Control: no-cache\r\n\
         X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n",
        media_type(&path),
        body.len()
    )?;
    if !request.starts_with("HEAD ") {
        stream.write_all(&body)?;
    }
    stream.flush()
}

/// The file that a request line asks for, if it is one of the site.
fn file(request: &str, site: &Path) -> Option<PathBuf> {
    let target = request.strip_prefix("GET ").or(request.strip_prefix("HEAD "))?.split(' ').next()?;
    let target = target.split(['?', '#']).next()?.strip_prefix('/')?;
    // An absolute path, joined, would leave the site.
    if target.starts_with('/')
        || target.split('/').any(|part| part.starts_with('.') || part.contains(['\\', ':', '%']))
    {
        return None;
    }
    let path = site.join(target);
    let path = if path.is_dir() { path.join("index.html") } else { path };
    path.is_file().then_some(path)
}

fn media_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("webp") => "image/webp",
        Some("wasm") => "application/wasm",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_of_the_site_are_served() {
        let site = paths::at("xtask");
        assert_eq!(file("GET /src/main.rs?x HTTP/1.1", &site), Some(site.join("src/main.rs")), "a file");
        assert_eq!(file("GET /../Cargo.toml HTTP/1.1", &site), None, "above the site");
        assert_eq!(file("GET //etc/passwd HTTP/1.1", &site), None, "an absolute path");
        assert_eq!(file("GET /src HTTP/1.1", &site), None, "a folder without index.html");
        assert_eq!(file("POST /src/main.rs HTTP/1.1", &site), None, "another method");
    }
}
