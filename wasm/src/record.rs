//! Records: what a handle returns with named fields, for JavaScript a plain object. A class of `wasm-bindgen` has an export
//! and a function of the glue for each field, and is to be freed.

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// An object that is being filled.
    #[wasm_bindgen(js_name = Object)]
    pub(crate) type Plain;

    #[wasm_bindgen(constructor, js_class = "Object")]
    pub(crate) fn new() -> Plain;

    #[wasm_bindgen(method, indexing_setter)]
    fn put_number(this: &Plain, key: &str, value: f64);

    #[wasm_bindgen(method, indexing_setter)]
    fn put_u32s(this: &Plain, key: &str, value: Vec<u32>);

    #[wasm_bindgen(method, indexing_setter)]
    fn put_f32s(this: &Plain, key: &str, value: Vec<f32>);

    #[wasm_bindgen(method, indexing_setter)]
    fn put_f64s(this: &Plain, key: &str, value: Vec<f64>);
}

/// The types of a field.
pub(crate) trait Field {
    /// Gives it to an object.
    fn put(self, object: &Plain, key: &str);
}

macro_rules! fields {
    ($($kind:ty, $put:ident;)*) => {
        $(impl Field for $kind {
            fn put(self, object: &Plain, key: &str) {
                object.$put(key, self.into());
            }
        })*
    };
}

fields! {
    f64, put_number;
    u32, put_number;
    Vec<u32>, put_u32s;
    Vec<f32>, put_f32s;
    Vec<f64>, put_f64s;
}

/// A struct that JavaScript receives as a plain object with the same fields, and TypeScript knows as an interface.
macro_rules! record {
    (@typescript f64) => { "number" };
    (@typescript u32) => { "number" };
    (@typescript Vec u32) => { "Uint32Array" };
    (@typescript Vec f32) => { "Float32Array" };
    (@typescript Vec f64) => { "Float64Array" };
    (
        $(#[doc = $about:literal])*
        #[derive($($derive:ident),*)]
        pub struct $name:ident {
            $($(#[doc = $says:literal])* pub $field:ident: $kind:ident $(<$item:ident>)?,)*
        }
    ) => {
        $(#[doc = $about])*
        #[derive($($derive),*)]
        pub struct $name {
            $($(#[doc = $says])* pub $field: $kind $(<$item>)?,)*
        }

        const _: () = {
            use wasm_bindgen::convert::{IntoWasmAbi, OptionIntoWasmAbi, VectorIntoWasmAbi, js_value_vector_into_abi};
            use wasm_bindgen::describe::{VECTOR, WasmDescribe, WasmDescribeVector, inform};
            use wasm_bindgen::prelude::*;
            use $crate::record::{Field, Plain};

            #[wasm_bindgen(typescript_custom_section)]
            const INTERFACE: &str = concat!(
                "/**\n", $(" *", $about, "\n",)* " */\n",
                "export interface ", stringify!($name), " {\n",
                $("    /**\n", $("     *", $says, "\n",)* "     */\n",
                "    readonly ", stringify!($field), ": ", $crate::record::record!(@typescript $kind $($item)?), ";\n",)*
                "}\n",
            );

            #[wasm_bindgen]
            extern "C" {
                /// Named in the signatures of TypeScript.
                #[wasm_bindgen(typescript_type = $name)]
                type Named;
            }

            impl From<$name> for JsValue {
                fn from(record: $name) -> Self {
                    let object = Plain::new();
                    $(record.$field.put(&object, stringify!($field));)*
                    object.into()
                }
            }

            impl WasmDescribe for $name {
                fn describe() {
                    Named::describe();
                }
            }

            impl WasmDescribeVector for $name {
                fn describe_vector() {
                    inform(VECTOR);
                    Named::describe();
                }
            }

            impl IntoWasmAbi for $name {
                type Abi = <JsValue as IntoWasmAbi>::Abi;

                fn into_abi(self) -> Self::Abi {
                    JsValue::from(self).into_abi()
                }
            }

            impl OptionIntoWasmAbi for $name {
                fn none() -> Self::Abi {
                    0
                }
            }

            impl VectorIntoWasmAbi for $name {
                type Abi = <Box<[JsValue]> as IntoWasmAbi>::Abi;

                fn vector_into_abi(vector: Box<[Self]>) -> Self::Abi {
                    js_value_vector_into_abi(vector)
                }
            }
        };
    };
}

pub(crate) use record;
