//! Choices of a link: enums whose members are looked up by the names that the page gives them, `he-normal` for `HeNormal`.
//! JavaScript looks them up in the enum itself, as `wasm-bindgen` writes it.

/// An enum whose members have names in a link.
#[cfg(not(target_family = "wasm"))]
pub trait Choice: Copy + 'static {
    /// All members, each with its name in Rust.
    const MEMBERS: &'static [(&'static str, Self)];

    /// The member that a link calls by this name.
    ///
    /// ```
    /// use losscape_wasm::{Choice, train::Start};
    /// assert_eq!(Start::named("he-normal"), Some(Start::HeNormal));
    /// assert_eq!(Start::named("HeNormal"), None);
    /// ```
    #[must_use]
    fn named(name: &str) -> Option<Self> {
        Self::MEMBERS.iter().find(|(own, _)| kebab(own) == name).map(|(_, member)| *member)
    }

    /// The names of all members, in their order.
    ///
    /// ```
    /// use losscape_wasm::{Choice, train::Order};
    /// assert_eq!(Order::names(), ["epochs", "replacement"]);
    /// ```
    #[must_use]
    fn names() -> Vec<String> {
        Self::MEMBERS.iter().map(|(own, _)| kebab(own)).collect()
    }
}

/// `he-normal` for `HeNormal`.
#[cfg(not(target_family = "wasm"))]
fn kebab(name: &str) -> String {
    let mut kebab = String::with_capacity(name.len() + 2);
    for letter in name.chars() {
        if letter.is_uppercase() && !kebab.is_empty() {
            kebab.push('-');
        }
        kebab.extend(letter.to_lowercase());
    }
    kebab
}

/// Names the members of an enum where it is not called by JavaScript; one that is left out does not compile. (Around the enum itself,
/// a macro would spoil the comments that `wasm-bindgen` copies.)
macro_rules! choice {
    ($name:ident: $($member:ident),+) => {
        #[cfg(not(target_family = "wasm"))]
        impl $crate::Choice for $name {
            const MEMBERS: &'static [(&'static str, Self)] = {
                const fn _all(choice: $name) {
                    match choice {
                        $($name::$member)|+ => (),
                    }
                }
                &[$((stringify!($member), Self::$member)),+]
            };
        }
    };
}

pub(crate) use choice;
