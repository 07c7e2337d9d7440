//! `losscape-bindgen MODULE.wasm FOLDER NAME`: JavaScript, types and module for a web page.

use wasm_bindgen_cli_support::Bindgen;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [input, folder, name] = args.as_slice() else {
        panic!("usage: losscape-bindgen MODULE.wasm FOLDER NAME");
    };
    let mut bindgen = Bindgen::new();
    // Names of functions are a tenth of the module, and a panic tells its place without them.
    bindgen.input_path(input).out_name(name).typescript(true).remove_name_section(true);
    bindgen.web(true).expect("the web form is known").generate(folder).expect("wasm-bindgen writes its files");
}
