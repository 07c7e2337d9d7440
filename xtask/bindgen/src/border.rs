//! The border: every number that a page or a script hands over is checked in JavaScript, before WebAssembly can
//! take it for another.
//!
//! A whole number is a `number` in the comment above a method and an `i32` in the signature of the export that it
//! calls, so no handle has to say anything about it.

/// What the glue begins with.
const JS: &str = include_str!("border.js");
/// What it ends with: of the many ways to load a module, the one that is used.
const INIT: &str = include_str!("init.js");
/// What its types end with.
const TS: &str = include_str!("border.d.ts");

/// A parameter, as the comment above its method describes it.
struct Param<'a> {
    kind: &'a str,
    name: &'a str,
    checked: bool,
}

/// The types with those of the border.
///
/// # Errors
/// As of [`guard`].
pub fn types(ts: &str) -> Result<String, String> {
    Ok(format!("{}{TS}", before(ts, "export type InitInput =")?))
}

/// The glue with checks around every number. `signature` lists the types of an export's parameters.
///
/// # Errors
/// What the glue holds that this does not know, so that no number passes unchecked.
pub fn guard(js: &str, signature: impl Fn(&str) -> Option<Vec<String>>) -> Result<String, String> {
    let enums: Vec<&str> = js
        .lines()
        .filter_map(|line| line.strip_prefix("export const ")?.strip_suffix(" = Object.freeze({"))
        .collect();
    let js = before(js, "async function __wbg_load(")?;
    let mut out = String::from(JS);
    let mut params: Vec<Param<'_>> = Vec::new();
    let mut property = None;
    // Beside two arrays a number is first converted under another name.
    let mut converted: Vec<(&str, &str)> = Vec::new();
    for line in js.lines() {
        let words = line.trim();
        if let Some((kind, name)) = words.strip_prefix("* @param {").and_then(|rest| rest.split_once("} ")) {
            params.push(Param { kind, name, checked: !needs_check(kind, &enums) });
        } else if words == "/**" {
            all_checked(&params)?;
            params.clear();
            converted.clear();
        } else if let Some((alias, name)) = conversion(words)
            && params.iter().any(|param| param.name == name && !param.checked)
        {
            converted.push((alias, name));
            continue;
        } else if let Some(rest) = words.strip_prefix("set ") {
            property = rest.split_once('(').map(|(name, _)| name);
        } else if words == "}" {
            property = None;
        }
        out.push('\n');
        match call(line) {
            Some((before, export, arguments, after)) => {
                let types = signature(export).ok_or_else(|| format!("no export {export}"))?;
                let arguments: Vec<String> = arguments
                    .split(", ")
                    .zip(&types)
                    .map(|(argument, ty)| (original(argument, &converted), ty))
                    .map(|(argument, ty)| match params.iter_mut().find(|param| param.name == argument) {
                        Some(param) if !param.checked => {
                            param.checked = true;
                            check(param.kind, ty, property.unwrap_or(argument), argument)
                        }
                        _ => argument.to_owned(),
                    })
                    .collect();
                out.push_str(&format!("{before}wasm.{export}({}){after}", arguments.join(", ")));
            }
            None => out.push_str(line),
        }
    }
    all_checked(&params)?;
    let out = replace(
        &out,
        "let wasmModule, wasmInstance, wasm;",
        "let wasmModule, wasmInstance, wasm = unloaded;",
    )?;
    Ok(out + "\n" + INIT)
}

/// The two names of a line `const alias = +name;`.
fn conversion(line: &str) -> Option<(&str, &str)> {
    line.strip_prefix("const ")?.strip_suffix(';')?.split_once(" = +")
}

/// What an argument was before it was converted.
fn original<'a>(argument: &'a str, converted: &[(&'a str, &'a str)]) -> &'a str {
    converted.iter().find(|(alias, _)| *alias == argument).map_or(argument, |(_, name)| name)
}

/// Whether it is a number, or may be one.
fn needs_check(kind: &str, enums: &[&str]) -> bool {
    kind.split(" | ").any(|kind| kind == "number" || enums.contains(&kind))
}

/// `export(arguments)` of the first call in a line, with what comes before and after.
fn call(line: &str) -> Option<(&str, &str, &str, &str)> {
    let (before, rest) = line.split_once("wasm.")?;
    let (export, rest) = rest.split_once('(')?;
    let (arguments, after) = rest.split_once(')')?;
    export
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        .then_some((before, export, arguments, after))
}

fn check(kind: &str, ty: &str, name: &str, argument: &str) -> String {
    match (kind, ty) {
        ("number", "i32") => format!("whole('{name}', {argument})"),
        ("number", _) => format!("number('{name}', {argument})"),
        (of, _) => format!("member('{name}', {argument}, {of}, '{of}')"),
    }
}

fn all_checked(params: &[Param<'_>]) -> Result<(), String> {
    match params.iter().find(|param| !param.checked) {
        Some(Param { kind, name, .. }) => Err(format!("{name} of type {kind} would pass unchecked")),
        None => Ok(()),
    }
}

/// What stands before the only place where `end` is.
fn before<'a>(text: &'a str, end: &str) -> Result<&'a str, String> {
    match text.split_once(end) {
        Some((before, after)) if !after.contains(end) => Ok(before),
        _ => Err(format!("the glue does not hold `{end}` once")),
    }
}

fn replace(text: &str, from: &str, to: &str) -> Result<String, String> {
    let first = before(text, from)?;
    Ok(format!("{first}{to}{}", &text[first.len() + from.len()..]))
}
