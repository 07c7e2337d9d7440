//! `losscape-bindgen MODULE.wasm FOLDER NAME [--typed]`: JavaScript, types and module for a web page. `--typed`: TypeScript checks all
//! callers.

mod border;

use std::path::Path;

use wasm_bindgen_cli_support::Bindgen;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (input, folder, name, typed) = match args.as_slice() {
        [input, folder, name] => (input, folder, name, false),
        [input, folder, name, flag] if flag == "--typed" => (input, folder, name, true),
        _ => panic!("usage: losscape-bindgen MODULE.wasm FOLDER NAME [--typed]"),
    };
    let mut bindgen = Bindgen::new();
    // Names of functions are a tenth of the module, and a panic reports its place without them; nor does a browser read what
    // made the module, and what for.
    bindgen
        .input_path(input)
        .out_name(name)
        .typescript(true)
        .remove_name_section(true)
        .remove_producers_section(true);
    let mut output =
        bindgen.web(true).and_then(Bindgen::generate_output).expect("wasm-bindgen reads the module");
    output.wasm_mut().customs.remove_raw("target_features");
    output.emit(folder).expect("the folder can be written");

    let module = output.wasm();
    let signature = |export: &str| {
        let function = module.funcs.get(module.exports.get_func(export).ok()?);
        Some(module.types.get(function.ty()).params().iter().map(ToString::to_string).collect())
    };
    let file = Path::new(folder).join(name);
    let rewrite = |extension, change: &dyn Fn(&str) -> String| {
        let file = file.with_extension(extension);
        let text = std::fs::read_to_string(&file).expect("wasm-bindgen has written it");
        std::fs::write(file, change(&text)).expect("the folder can be written");
    };
    rewrite("js", &|js| border::guard(js, typed, signature).expect("the glue is of a known form"));
    rewrite("d.ts", &|ts| border::types(ts).expect("the types are of a known form"));
}
