//! The border: everything that a page or a script hands over is checked in JavaScript, before WebAssembly can take it for
//! something else.
//!
//! A whole number is a `number` in the comment above a method and an `i32` in the signature of the export that it
//! calls, so no handle has to say anything about it. Objects and arrays are checked where the glue takes their addresses.

/// The start of the glue.
const JS: &str = include_str!("border.js");
/// Checks of flags, objects and arrays, for callers that TypeScript has not checked. TypeScript cannot distinguish kinds of numbers.
const UNTYPED: &str = include_str!("untyped.js");
/// The end of the glue: of the many ways to load a module, the one in use.
const INIT: &str = include_str!("init.js");
/// The end of its types.
const TS: &str = include_str!("border.d.ts");

/// The glue's own code for classes.
const CLASS: &str = "\
function _assertClass(instance, klass) {
    if (!(instance instanceof klass)) {
        throw new Error(`expected instance of ${klass.name}`);
    }
}
";

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

/// The glue with checks around every argument, or around every number alone where TypeScript has checked the callers. `signature`
/// lists the types of an export's parameters.
///
/// # Errors
/// Parts of the glue that this does not know; they are refused, so that nothing passes unchecked.
pub fn guard(
    js: &str,
    typed: bool,
    signature: impl Fn(&str) -> Option<Vec<String>>,
) -> Result<String, String> {
    let enums: Vec<&str> = js
        .lines()
        .filter_map(|line| line.strip_prefix("export const ")?.strip_suffix(" = Object.freeze({"))
        .collect();
    let js = before(js, "async function __wbg_load(")?;
    let mut out = String::from(JS);
    if !typed {
        out.push('\n');
        out.push_str(UNTYPED);
    }
    let mut params: Vec<Param<'_>> = Vec::new();
    let mut property = None;
    // Beside two arrays a number is first converted under another name.
    let mut converted: Vec<(&str, &str)> = Vec::new();
    for line in js.lines() {
        let words = line.trim();
        if let Some((kind, name)) = words.strip_prefix("* @param {").and_then(|rest| rest.split_once("} ")) {
            params.push(Param { kind, name, checked: typed && !is_number(kind, &enums) });
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
        if let Some((from, to, name)) = handed(line)
            && let Some(param) = params.iter_mut().find(|param| param.name == name && !param.checked)
        {
            param.checked = true;
            out.push_str(&line.replacen(from, &to, 1));
            continue;
        }
        match call(line) {
            Some((before, export, arguments, after)) => {
                let types = signature(export).ok_or_else(|| format!("no export {export}"))?;
                let arguments: Vec<String> = arguments
                    .split(", ")
                    .zip(&types)
                    .map(|(argument, ty)| (original(argument, &converted), ty))
                    .map(|(argument, ty)| match params.iter_mut().find(|param| param.name == argument) {
                        Some(param) if !param.checked => {
                            let checked =
                                check(param.kind, ty, property.unwrap_or(argument), argument, &enums);
                            param.checked = checked.is_some();
                            checked.unwrap_or_else(|| argument.to_owned())
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
    // Its calls have become those of `instance`, which names the argument.
    let out = if typed { out } else { out.replace(CLASS, "") };
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

/// An argument before conversion.
fn original<'a>(argument: &'a str, converted: &[(&'a str, &'a str)]) -> &'a str {
    converted.iter().find(|(alias, _)| *alias == argument).map_or(argument, |(_, name)| name)
}

/// Whether it is a number, or may be one.
fn is_number(kind: &str, enums: &[&str]) -> bool {
    kind.split(" | ").any(|kind| kind == "number" || enums.contains(&kind))
}

/// Where a line takes the address of an object or of an array: what it does to the argument, what it shall do, and the
/// argument's name.
fn handed(line: &str) -> Option<(&str, String, &str)> {
    let words = line.trim();
    if let Some(rest) = words.strip_prefix("_assertClass(") {
        let (name, class) = rest.strip_suffix(");")?.split_once(", ")?;
        return Some((words, format!("instance('{name}', {name}, {class});"), name));
    }
    let (_, rest) = words.split_once("= passArray")?;
    let (kind, rest) = rest.split_once("ToWasm0(")?;
    let (name, _) = rest.split_once(", ")?;
    let check = if kind == "8" { "bytes" } else { "numbers" };
    let end = rest.as_ptr() as usize - line.as_ptr() as usize + name.len();
    Some((&line[end - name.len() - 1..end], format!("({check}('{name}', {name})"), name))
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

/// The check of an argument that is handed over as it is; none if its kind is not known.
fn check(kind: &str, ty: &str, name: &str, argument: &str, enums: &[&str]) -> Option<String> {
    match (kind, ty) {
        ("number", "i32") => Some(format!("whole('{name}', {argument})")),
        ("number", _) => Some(format!("number('{name}', {argument})")),
        ("boolean", _) => Some(format!("flag('{name}', {argument})")),
        (of, _) => enums.contains(&of).then(|| format!("member('{name}', {argument}, {of}, '{of}')")),
    }
}

fn all_checked(params: &[Param<'_>]) -> Result<(), String> {
    match params.iter().find(|param| !param.checked) {
        Some(Param { kind, name, .. }) => Err(format!("{name} of type {kind} would pass unchecked")),
        None => Ok(()),
    }
}

/// The text before the only occurrence of `end`.
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
